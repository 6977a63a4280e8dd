using Hostlock.Flakes;

namespace Hostlock.Fetching.Http;

/// <summary>A header that carries a token, and the one host it may be sent to.</summary>
/// <param name="Host">The host that the token belongs to; it may also be sent to the host's API, <c>api.HOST</c>.</param>
/// <param name="Name">The name of the header.</param>
/// <param name="Value">The value of the header, with the token in it.</param>
public sealed record TokenHeader(string Host, string Name, string Value)
{
    /// <summary>The oddity of the token; null if it has none.</summary>
    public Warning? Warning { get; init; }

    /// <summary>
    /// The header with the access token that nix.conf has for a reference; null if it has none, or the type of the reference takes none.
    /// </summary>
    internal static TokenHeader? For(FlakeRef reference, NixSettings settings)
    {
        if (reference.Scheme.RepositoryOf(reference.Input) is not { } repository
            || settings.TokenFor(repository.Host, repository.Owner, repository.Name) is not { } token)
            return null;
        var (name, value) = reference.Scheme.TokenHeader(token);
        var oddity = reference.Scheme.OddityOf(token);
        return new(repository.Host, name, value)
        {
            Warning = oddity is null ? null : new($"the access token for '{repository.Host}' in nix.conf is odd: {oddity}"),
        };
    }
}
