namespace Hostlock.Flakes;

/// <summary>A repository of a forge, as access tokens are kept for it.</summary>
/// <param name="Host">The host of the forge: <c>github.com</c>.</param>
/// <param name="Owner">The owner, as the reference writes it.</param>
/// <param name="Name">Its name.</param>
public sealed record ForgeRepository(string Host, string Owner, string Name);
