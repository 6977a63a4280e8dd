using System.Reflection;

namespace Hostlock.Tests.Support;

/// <summary>The checkout these tests were built from.</summary>
static class Repository
{
    public static string Root { get; } = typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>The path of recorded answers of real Nix.</summary>
    public static string Vectors(string topic) => Path.Combine(Root, "tests/vectors", topic);
}
