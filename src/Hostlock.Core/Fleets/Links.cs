using Hostlock.Platform;

namespace Hostlock.Fleets;

/// <summary>
/// Links within a flake. A repository is made by others as well; its links must not choose which files of this machine are
/// replaced.
/// </summary>
static class Links
{
    /// <summary>Refuses a path that leads out of a folder, or into its <c>.git</c>, by a link on the way or at its end.</summary>
    /// <param name="root">The folder, absolute.</param>
    /// <param name="path">Relative to it; what does not exist yet leads nowhere.</param>
    /// <exception cref="FleetException">It does.</exception>
    public static void RefuseLeading(string root, string path)
    {
        var at = root;
        string? real = null;
        foreach (var name in path.Split('/'))
        {
            at = Path.Combine(at, name);
            if (new FileInfo(at).LinkTarget is null)
                continue;
            real ??= Real(root);
            var target = Real(at);
            if (!target.StartsWith(real + '/', StringComparison.Ordinal) || target.StartsWith(real + "/.git/", StringComparison.Ordinal))
                throw FleetException.LinkLeaves(path, target);
        }
    }

    // All links on the way resolved; what does not exist stays as it is.
    static string Real(string path)
    {
        var real = "/";
        foreach (var name in Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, name);
            var link = new FileInfo(real);
            if (link.LinkTarget is null)
                continue;
            try
            {
                real = Real(link.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
            }
            catch (IOException why)
            {
                throw PlatformException.CannotRead(real, why);
            }
        }
        return real;
    }
}
