using System.Text;
using Hostlock.Platform;

namespace Hostlock.Fetching.Http;

/// <summary>Logins by machine, from a netrc file as curl reads it.</summary>
/// <remarks>curl 8.22, lib/netrc.c: keywords in any case, texts in quotes with escapes, macros, entries chosen by login.</remarks>
sealed class Netrc
{
    const int MaximumLine = 16 * 1024;
    const int MaximumFile = 128 * 1024;
    const int MaximumWord = 4096;

    /// <summary>The file cannot be understood, and counts as empty, as for curl.</summary>
    sealed class MalformedException : Exception;

    readonly string _text;
    readonly string _host;
    readonly string? _user;
    readonly bool _takesDefault;
    int _at;

    // The state of the entry that is being read.
    bool _isOurs;
    string? _login, _password;

    Netrc(string text, string host, string? user, bool takesDefault) =>
        (_text, _host, _user, _takesDefault) = (text, host, user, takesDefault);

    /// <summary>Finds a login in a file; null if the file has none, cannot be read, or is malformed.</summary>
    /// <param name="file">The path of the file.</param>
    /// <param name="host">The machine.</param>
    /// <param name="user">The login that is wanted; null if any will do.</param>
    /// <param name="takesDefault">If true, the entry <c>default</c>, for all machines, counts too.</param>
    public static (string Login, string Password)? Find(string file, string host, string? user, bool takesDefault) =>
        RegularFile.TextIfReadable(file, MaximumFile) is { } text ? Find(text.Split('\n'), host, user, takesDefault) : null;

    /// <summary>Finds a login in the lines of a file; null if they have none, or are malformed.</summary>
    public static (string Login, string Password)? Find(IEnumerable<string> lines, string host, string? user, bool takesDefault)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            if (line.Length > MaximumLine)
                return null;
            if (!line.AsSpan().TrimStart(" \t").StartsWith('#'))
                text.Append(line).Append('\n');
        }
        try
        {
            return new Netrc(text.ToString(), host, user, takesDefault).Scan();
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    (string, string)? Scan()
    {
        while (true)
        {
            var word = Next();
            var keyword = word is (false, var plain) ? plain.ToLowerInvariant() : "";
            if (word is null || keyword is "machine" or "default" or "macdef")
            {
                if (Found() is { } found)
                    return found;
                (_isOurs, _login, _password) = (false, null, null);
            }
            switch (keyword)
            {
                case "" when word is null:
                    return null;
                case "machine":
                    _isOurs = Next() is (_, var name) && name.Equals(_host, StringComparison.OrdinalIgnoreCase);
                    break;
                case "default":
                    _isOurs = _takesDefault;
                    break;
                case "login":
                    Take(ref _login);
                    break;
                case "password":
                    Take(ref _password);
                    break;
                case "account":
                    _ = Next();
                    break;
                case "macdef":
                    SkipMacro();
                    break;
                default:
                    break;
            }
        }
    }

    // An entry without a login is for any login.
    (string, string)? Found() => (_isOurs, _login, _password) switch
    {
        (false, _, _) or (_, null, null) => null,
        (_, { } login, null) => _user is null ? (login, "") : null,
        (_, { } login, { } password) => _user is null || _user == login ? (login, password) : null,
        (_, null, { } password) => (_user ?? "", password),
    };

    void Take(ref string? value)
    {
        if (Next() is (_, var text) && _isOurs)
            value = text;
    }

    // The next word, and whether it was in quotes; null at the end.
    (bool IsQuoted, string Text)? Next()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t' or '\r' or '\n')
            _at++;
        if (_at == _text.Length)
            return null;
        if (_text[_at] == '"')
            return (true, Quoted());
        var start = _at;
        while (_at < _text.Length && _text[_at] is not (' ' or '\t' or '\r' or '\n'))
            _at++;
        return _at - start <= MaximumWord ? (false, _text[start.._at]) : throw new MalformedException();
    }

    string Quoted()
    {
        var word = new StringBuilder();
        for (_at++; _at < _text.Length && word.Length <= MaximumWord; _at++)
        {
            switch (_text[_at])
            {
                case '"':
                    _at++;
                    return word.ToString();
                case '\\' when _at + 1 < _text.Length:
                    word.Append(_text[++_at] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', var other => other });
                    break;
                default:
                    word.Append(_text[_at]);
                    break;
            }
        }
        throw new MalformedException();
    }

    // A macro ends with an empty line.
    void SkipMacro()
    {
        var end = _text.IndexOf("\n\n", _at, StringComparison.Ordinal);
        _at = end < 0 ? _text.Length : end;
    }
}
