using System.Globalization;
using System.Text;

namespace Hostlock.Fetching.Git.Objects;

/// <summary>The ids that git gives to objects, forty hexadecimal digits each.</summary>
static class ObjectId
{
    /// <summary>Works out the id of an object.</summary>
    /// <param name="kind">Its kind: <c>commit</c>, <c>tree</c>, <c>blob</c>.</param>
    /// <param name="contents">Its contents.</param>
    public static string Of(string kind, ReadOnlySpan<byte> contents)
    {
        using var digest = Begin(kind, contents.Length);
        digest.Append(contents);
        return Convert.ToHexStringLower(digest.Finish());
    }

    /// <summary>Works out the id of a blob.</summary>
    /// <param name="contents">The contents, from their beginning.</param>
    public static string OfBlob(Stream contents)
    {
        using var digest = Begin("blob", contents.Length);
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = contents.Read(buffer)) > 0)
            digest.Append(buffer.AsSpan(0, read));
        return Convert.ToHexStringLower(digest.Finish());
    }

    static ByteDigest Begin(string kind, long length)
    {
        var digest = new ByteDigest(ByteDigest.Kind.Sha1);
        digest.Append(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{kind} {length}\0")));
        return digest;
    }
}
