using System.Security.Cryptography;
using System.Text;

namespace Hostlock.Cli.Serving;

/// <summary>The parts of a request to the server of a page that decide about it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path.</param>
/// <param name="Query">The query, with its question mark; empty if there is none.</param>
sealed record PageRequest(string Method, string Path, string Query)
{
    /// <summary>The header Host; empty if it is missing.</summary>
    public string Host { get; init; } = "";

    /// <summary>The header Origin; null if it is missing.</summary>
    public string? Origin { get; init; }

    /// <summary>The header Sec-Fetch-Site, by which a browser says whose page makes the request; null if it is missing.</summary>
    public string? Site { get; init; }

    /// <summary>The header Cookie; empty if it is missing.</summary>
    public string Cookies { get; init; } = "";

    /// <summary>The header Hostlock-Key; empty if it is missing.</summary>
    public string Key { get; init; } = "";

    /// <summary>The header Content-Type; empty if it is missing.</summary>
    public string Type { get; init; } = "";
}

/// <summary>The answer that a request gets.</summary>
abstract record PageAnswer
{
    PageAnswer()
    {
    }

    /// <summary>A refusal without a reason.</summary>
    public sealed record Refused : PageAnswer;

    /// <summary>The cookie, and the way to the page at the address without the token.</summary>
    /// <param name="IsRedirect">True if the browser is redirected; false if a page takes it on. A redirect of a page of somebody else would
    /// not have the cookie.</param>
    public sealed record Enter(bool IsRedirect) : PageAnswer;

    /// <summary>The page.</summary>
    public sealed record Page : PageAnswer;

    /// <summary>The changes of the page, as they happen.</summary>
    public sealed record Events : PageAnswer;

    /// <summary>A command.</summary>
    /// <param name="Order">The order.</param>
    public sealed record Command(PageOrder Order) : PageAnswer;

    /// <summary>An empty answer, to a browser that asks for a picture of its own accord.</summary>
    public sealed record Nothing : PageAnswer;

    /// <summary>The address does not exist.</summary>
    public sealed record Missing : PageAnswer;

    /// <summary>The address exists, but not for this method.</summary>
    /// <param name="Allowed">The method.</param>
    public sealed record WrongMethod(string Allowed) : PageAnswer;
}

/// <summary>A command that a page gives.</summary>
enum PageOrder
{
    /// <summary>The plan of a command is made and shown, or, if it only looks, the command is run.</summary>
    Plan,

    /// <summary>The command whose plan was shown is run.</summary>
    Do,

    /// <summary>The command that runs is stopped.</summary>
    Stop,
}

/// <summary>
/// Decides who gets an answer. A request must be made to this very server, by its own page or by no page, and have the cookie; a request
/// for a command must also have a word that only the page can read. All others are refused in the same way, so that nobody learns from it.
/// </summary>
/// <param name="hosts">The allowed values of the header Host; null if any port of this machine may lead here.</param>
/// <param name="secrets">The secrets of this run.</param>
/// <param name="mayAct">True if the page may give commands.</param>
sealed class PageGate(IReadOnlyList<string>? hosts, PageSecrets secrets, bool mayAct)
{
    /// <summary>The name of the part of an address that has the token.</summary>
    public const string TokenName = "token";

    static readonly string[] ThisMachine = ["127.0.0.1", "localhost", "[::1]"];

    /// <summary>The answer to a request.</summary>
    /// <param name="request">The request.</param>
    public PageAnswer Decide(PageRequest request)
    {
        if (!IsHost(request.Host) || (request.Origin is { } origin && origin != $"http://{request.Host}"))
            return new PageAnswer.Refused();
        if (request is { Method: "GET", Path: "/" } && request.Query.StartsWith($"?{TokenName}=", StringComparison.Ordinal))
            return secrets.IsToken(request.Query[(TokenName.Length + 2)..])
                ? new PageAnswer.Enter(request.Site is null or "none" or "same-origin")
                : new PageAnswer.Refused();
        if (request.Site is not (null or "none" or "same-origin") || !secrets.AreIn(request.Cookies))
            return new PageAnswer.Refused();
        if (OrderOf(request.Path) is { } order)
        {
            if (!mayAct)
                return new PageAnswer.Missing();
            if (request.Method != "POST")
                return new PageAnswer.WrongMethod("POST");
            return request.Origin is not null && secrets.IsKey(request.Key) && request.Type == "application/json"
                ? new PageAnswer.Command(order)
                : new PageAnswer.Refused();
        }
        PageAnswer? found = request.Path switch
        {
            "/" => new PageAnswer.Page(),
            "/events" => new PageAnswer.Events(),
            "/favicon.ico" => new PageAnswer.Nothing(),
            _ => null,
        };
        return found is null ? new PageAnswer.Missing() : request.Method == "GET" ? found : new PageAnswer.WrongMethod("GET");
    }

    static PageOrder? OrderOf(string path) => path switch
    {
        "/plan" => PageOrder.Plan,
        "/do" => PageOrder.Do,
        "/stop" => PageOrder.Stop,
        _ => null,
    };

    bool IsHost(string host) =>
        hosts is not null ? hosts.Contains(host)
        : ThisMachine.Any(name => host == name
            || (host.StartsWith($"{name}:", StringComparison.Ordinal) && host[(name.Length + 1)..] is { Length: > 0 and <= 5 } port
                && port.All(char.IsAsciiDigit)));
}

/// <summary>The secrets of one run of a server: nobody else can have guessed them, and they end with the run.</summary>
sealed class PageSecrets
{
    const int Bytes = 32;

    readonly string _cookie = NewSecret();

    // A browser has one jar for all ports of a machine, and several servers may run.
    readonly string _name = $"hostlock-{NewSecret()[..8]}";

    string? _pass;

    /// <summary>The token in the address that is printed.</summary>
    public string Token { get; } = NewSecret();

    /// <summary>The word that the page sends with a command.</summary>
    public string Key { get; } = NewSecret();

    /// <summary>The cookie, as it is set. No script can read it, and no page of another site has it sent.</summary>
    public string SetCookie => $"{_name}={_cookie}; Path=/; HttpOnly; SameSite=Strict";

    /// <summary>Makes a token that lets in once, for an address that others may see in the list of processes.</summary>
    public string NewPass() => _pass = NewSecret();

    /// <summary>True if a word is the token, or the one that works once, which is then used up.</summary>
    public bool IsToken(string word) =>
        Same(word, Token)
        || (Volatile.Read(ref _pass) is { } pass
            && Same(word, pass)
            && Interlocked.CompareExchange(ref _pass, null, pass) == pass);

    /// <summary>True if a word is the key.</summary>
    public bool IsKey(string word) => Same(word, Key);

    /// <summary>True if the cookie is among those of a request.</summary>
    public bool AreIn(string cookies) =>
        cookies.Split(';', StringSplitOptions.TrimEntries).Any(
            cookie => cookie.Split('=', 2) is [var name, var value] && name == _name && Same(value, _cookie));

    // The time that this takes does not depend on the word.
    static bool Same(string word, string secret) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(word), Encoding.UTF8.GetBytes(secret));

    static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));
}
