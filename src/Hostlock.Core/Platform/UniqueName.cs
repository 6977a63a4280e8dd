namespace Hostlock.Platform;

/// <summary>Names for files that nobody else has. They need no source of secrets, which a small machine may lack.</summary>
static class UniqueName
{
    /// <summary>Makes a name.</summary>
    public static string Next() => Path.GetRandomFileName();
}
