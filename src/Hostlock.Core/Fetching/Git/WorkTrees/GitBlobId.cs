using System.Globalization;
using System.Text;

namespace Hostlock.Fetching.Git.WorkTrees;

/// <summary>The id that git gives to a blob.</summary>
static class GitBlobId
{
    /// <summary>Works out the id of a blob, forty hexadecimal digits.</summary>
    /// <param name="contents">The contents, from their beginning.</param>
    public static string Of(Stream contents)
    {
        using var digest = new ByteDigest(ByteDigest.Kind.Sha1);
        digest.Append(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {contents.Length}\0")));
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = contents.Read(buffer)) > 0)
            digest.Append(buffer.AsSpan(0, read));
        return Convert.ToHexStringLower(digest.Finish());
    }
}
