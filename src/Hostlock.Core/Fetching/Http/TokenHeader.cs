namespace Hostlock.Fetching.Http;

/// <summary>A header that carries a token, and the one host it may be sent to.</summary>
/// <param name="Host">The host whose token it is; the host's API, <c>api.HOST</c>, may have it too.</param>
/// <param name="Name">The name of the header.</param>
/// <param name="Value">The value of the header, with the token in it.</param>
public sealed record TokenHeader(string Host, string Name, string Value);
