namespace Hostlock.Machines;

/// <summary>
/// A path in a Nix store, <c>/nix/store/HASH-NAME</c>, such as a system that a machine runs. Machines name such paths, and they go to
/// shells of other machines, so nothing in them means anything to a shell.
/// </summary>
/// <remarks>Nix 2.34.8, libstore/path.cc, checkName; libutil/base-nix-32.hh for the digits.</remarks>
public sealed record StorePath
{
    const int HashLength = 32;
    const int MaximumName = 211;
    const int MaximumFolder = 1024;

    static readonly AsciiSet HashDigits = AsciiSet.Of("0123456789abcdfghijklmnpqrsvwxyz");
    static readonly AsciiSet NameLetters =
        AsciiSet.Of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-._?=");
    static readonly AsciiSet FolderLetters =
        AsciiSet.Of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-._/");

    readonly string _text;

    StorePath(string text) => _text = text;

    /// <summary>The name behind the hash: <c>linux-6.12.1</c>.</summary>
    public string Name => _text[(_text.LastIndexOf('/') + 1 + HashLength + 1)..];

    /// <summary>Reads a path; null for any other text. The store may be in any folder.</summary>
    /// <param name="text">The text, with nothing before or behind the path.</param>
    public static StorePath? TryParse(string text)
    {
        var slash = text.LastIndexOf('/');
        if (slash is <= 0 or > MaximumFolder || text[0] != '/' || !FolderLetters.ContainsAll(text.AsSpan(0, slash)))
            return null;
        var last = text.AsSpan(slash + 1);
        return last.Length > HashLength + 1 && last.Length <= HashLength + 1 + MaximumName && last[HashLength] == '-'
            && HashDigits.ContainsAll(last[..HashLength]) && NameLetters.ContainsAll(last[(HashLength + 1)..])
                ? new(text)
                : null;
    }

    /// <summary>The path of the store that a file lies in; null if the text is none. <c>/nix/store/…-linux-6.12.1/bzImage</c> lies in
    /// <c>/nix/store/…-linux-6.12.1</c>.</summary>
    /// <param name="file">The path of the file.</param>
    public static StorePath? TryAround(string file)
    {
        for (var at = file; at.LastIndexOf('/') is > 0 and var slash; at = at[..slash])
        {
            if (TryParse(at) is { } path)
                return path;
        }
        return null;
    }

    /// <summary>The path, as it was read.</summary>
    public override string ToString() => _text;
}
