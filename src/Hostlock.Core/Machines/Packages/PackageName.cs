namespace Hostlock.Machines.Packages;

/// <summary>The name and the version of a package, as the name of a store path says them.</summary>
/// <param name="Name">The name, <c>linux</c>.</param>
/// <param name="Version">The version, <c>6.12.1</c>; empty if the path has none, as most files of a configuration.</param>
public readonly record struct PackageName(string Name, string Version)
{
    // The outputs that packages of nixpkgs have beside `out`, and the modules of a kernel; each is a store path whose name ends so.
    static readonly HashSet<string> Outputs = new(StringComparer.Ordinal)
    {
        "bin", "data", "debug", "dev", "devdoc", "devman", "dist", "doc", "getent", "info", "lib", "lib32", "lib64", "libgcc", "login",
        "man", "modules", "mount", "out", "plugins", "shrunk", "static", "swap", "terminfo", "tools",
    };

    /// <summary>
    /// Takes the name of a store path apart. The version begins behind the first dash that a digit follows; the name of an output at the
    /// end is no part of it.
    /// </summary>
    /// <remarks>The rule of nvd and dix. Nix's own (libstore/names.cc, DrvName) takes whatever is no letter for the beginning of a
    /// version.</remarks>
    public static PackageName Of(StorePath path)
    {
        var text = path.Name;
        for (var dash = text.IndexOf('-', StringComparison.Ordinal); dash >= 0; dash = text.IndexOf('-', dash + 1))
        {
            if (dash > 0 && dash + 1 < text.Length && char.IsAsciiDigit(text[dash + 1]))
                return new(text[..dash], WithoutOutputs(text[(dash + 1)..]));
        }
        return new(text, "");
    }

    static string WithoutOutputs(string version)
    {
        while (version.LastIndexOf('-') is > 0 and var dash && Outputs.Contains(version[(dash + 1)..]))
            version = version[..dash];
        return version;
    }
}
