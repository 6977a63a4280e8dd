namespace Hostlock.Flakes;

/// <summary>The question to a forge for the commits between two revisions. It is data, like <see cref="RevisionQuery"/>.</summary>
/// <param name="Url">The API address.</param>
/// <param name="IdField">The field of a commit that has its id.</param>
/// <param name="MessagePath">The way from a commit to its message.</param>
/// <param name="TotalField">The field of the answer that counts the commits; null if the answer has all of them.</param>
public sealed record CommitsQuery(string Url, string IdField, string[] MessagePath, string? TotalField);
