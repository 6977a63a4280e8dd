using System.Text;
using System.Text.Json;
using CsCheck;

namespace Hostlock.Tests;

public class OwnJsonTests
{
    [Fact]
    public void Each_text_is_written_as_the_library_writes_it()
    {
        Gen.OneOf(Gen.String, Gen.String["<&'\"\\+\t\n\u007f\u0080é€\u2028\uffff😀a"]).Sample(
            text => Assert.Equal(Written(text, default), Written(text, OwnJson.Options)));

        static string Written(string text, JsonWriterOptions options)
        {
            using var bytes = new MemoryStream();
            using (var json = new Utf8JsonWriter(bytes, options))
                json.WriteStringValue(text);
            return Encoding.UTF8.GetString(bytes.ToArray());
        }
    }
}
