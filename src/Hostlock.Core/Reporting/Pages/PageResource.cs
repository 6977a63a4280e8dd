using System.Text;

namespace Hostlock.Reporting.Pages;

/// <summary>A stylesheet or a script that the program carries, and puts into a page.</summary>
sealed class PageResource
{
    PageResource(string text) => Text = text;

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>The source of a content security policy that lets this text in and no other.</summary>
    /// <remarks>CSP Level 3, 6.7.3.3: the digest of the text between the tags.</remarks>
    public string Source => $"'sha256-{Convert.ToBase64String(ByteDigest.Sha256(Encoding.UTF8.GetBytes(Text)))}'";

    /// <summary>Reads one.</summary>
    /// <param name="name">The name of the resource.</param>
    public static PageResource Read(string name)
    {
        using var stream = typeof(PageResource).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return new(reader.ReadToEnd());
    }
}
