using System.Text;
using Hostlock.Platform;
using Hostlock.Reporting;

namespace Hostlock.Tests.Reporting;

public class TextOfUtf8Tests
{
    const string Json = "{\n  \"é\": \"x\u202ey\",\n  \"u\": \"https://a:secret@h/x\",\n  \"##[error]\": 1\n}\n";
    const string Shown = "{\n  \"é\": \"x\\u202ey\",\n  \"u\": \"https://a:***@h/x\",\n  \"\\u0023#[error]\": 1\n}\n";

    [Fact]
    public void Each_line_is_shown_and_the_order_stays()
    {
        using var bytes = new MemoryStream();
        using (var writer = new PrintedWriter(bytes, output: null))
            Write(writer);
        using var text = new StringWriter();
        Write(text);

        Assert.Equal($"[\n{Shown}]\n", Encoding.UTF8.GetString(bytes.ToArray()));
        Assert.Equal($"[\n{Shown}]\n", text.ToString());
    }

    static void Write(TextWriter output)
    {
        using (var json = new TextOfUtf8(output))
        {
            foreach (var piece in new[] { "[\n", Json, "]" })
                json.Write(Encoding.UTF8.GetBytes(piece));
        }
        output.Write('\n');
    }
}
