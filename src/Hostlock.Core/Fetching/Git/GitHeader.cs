namespace Hostlock.Fetching.Git;

/// <summary>The head of an answer about one object of a repository.</summary>
/// <param name="Id">Its id, forty hexadecimal digits.</param>
/// <param name="Kind"><c>commit</c>, <c>tree</c>, <c>blob</c> or <c>tag</c>.</param>
/// <param name="Size">The length of its contents in bytes.</param>
readonly record struct GitHeader(string Id, string Kind, long Size);
