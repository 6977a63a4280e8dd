using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Hostlock;

/// <summary>The form of the JSON that hostlock writes for itself to read: in its cache, its records and its journals.</summary>
static class OwnJson
{
    /// <summary>Writes what the library writes by default. Its own encoder of that kind brings another along, and with it a list of all
    /// characters, which takes longer than to write.</summary>
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.BasicLatin) };
}
