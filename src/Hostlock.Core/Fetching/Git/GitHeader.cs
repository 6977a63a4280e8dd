namespace Hostlock.Fetching.Git;

/// <summary>The first line of git's answer about an object.</summary>
/// <param name="Id">The id of the object, forty hexadecimal digits.</param>
/// <param name="Kind"><c>commit</c>, <c>tree</c>, <c>blob</c> or <c>tag</c>.</param>
/// <param name="Size">The size of the object's contents in bytes.</param>
readonly record struct GitHeader(string Id, string Kind, long Size);
