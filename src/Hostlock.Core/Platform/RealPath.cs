namespace Hostlock.Platform;

/// <summary>Paths without links.</summary>
public static class RealPath
{
    /// <summary>Resolves all links on the way to a path, and at its end. A part that does not exist is kept.</summary>
    /// <param name="path">The path.</param>
    /// <exception cref="PlatformException">The links go round in a circle, or cannot be read.</exception>
    public static string Of(string path)
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
                real = Of(link.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
            }
            catch (IOException why)
            {
                throw PlatformException.CannotRead(real, why);
            }
        }
        return real;
    }
}
