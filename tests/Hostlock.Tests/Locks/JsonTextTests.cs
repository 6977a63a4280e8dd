using System.Text;
using System.Text.Json;
using Hostlock.Locks;

namespace Hostlock.Tests.Locks;

/// <summary>JSON as the library of Nix writes it (nlohmann 3.11, dump).</summary>
public class JsonTextTests
{
    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("", "\"\"")]
    [InlineData("a\"b\\c", "\"a\\\"b\\\\c\"")]
    [InlineData("\b\t\n\f\r", "\"\\b\\t\\n\\f\\r\"")]
    [InlineData("\0\u001f", "\"\\u0000\\u001f\"")]
    [InlineData("/é😀\u007f\u2028<>&'+", "\"/é😀\u007f\u2028<>&'+\"")]
    public void Only_quotes_backslashes_and_what_is_below_a_space_are_escaped(string text, string quoted)
    {
        var json = new JsonText();

        json.Quoted(text);

        Assert.Equal(quoted, Encoding.UTF8.GetString(json.ToArray()));
    }

    [Fact]
    public void Half_a_surrogate_pair_cannot_be_written()
    {
        var error = Assert.Throws<LockException>(() => new JsonText().Quoted("a\ud83d"));

        Assert.Equal(LockException.NotWritable("a\ud83d").Message, error.Message);
    }

    [Theory]
    [InlineData("1.50e+2", "1.50e+2")]
    [InlineData("-0", "-0")]
    [InlineData("18446744073709551616", "18446744073709551616")]
    [InlineData("true", "true")]
    [InlineData("null", "null")]
    [InlineData("\"\\u0041\\/\"", "\"A/\"")]
    [InlineData("{ }", "{}")]
    [InlineData("[\n]", "[]")]
    public void A_value_keeps_its_meaning_and_a_number_its_digits(string value, string text) => Assert.Equal(text, OfMember(value));

    [Fact]
    public void Members_are_sorted_by_their_bytes_and_of_two_with_one_name_the_later_counts() => Assert.Equal(
        // Sorted by UTF-16, the face would come before the tilde.
        "{\n        \"a\": 2,\n        \"～\": 3,\n        \"😀\": 4\n      }", OfMember("""{"😀":4,"～":3,"a":1,"a":2}"""));

    [Fact]
    public void What_is_within_stands_two_columns_further_in() => Assert.Equal(
        "{\n        \"a\": [\n          1,\n          {\n            \"x\": null\n          }\n        ]\n      }",
        OfMember("""{"a":[1,{"x":null}]}"""));

    static string OfMember(string value)
    {
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(value));
        Assert.True(json.Read());
        return JsonText.OfMember(ref json);
    }
}
