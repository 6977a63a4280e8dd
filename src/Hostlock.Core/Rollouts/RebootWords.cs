using Hostlock.Machines;
using Hostlock.Machines.Packages;

namespace Hostlock.Rollouts;

/// <summary>Says in words which parts only a boot brings into use.</summary>
public static class RebootWords
{
    /// <summary>The kernel with its version, else the names of the parts; empty if there are none.</summary>
    /// <param name="parts">The parts.</param>
    public static string Of(IReadOnlyCollection<RebootPart> parts)
    {
        if (parts.FirstOrDefault(part => part.Name == "kernel") is not { Running: { } running } kernel)
            return string.Join(", ", parts.Select(part => part.Name));
        var now = PackageName.Of(running);
        var isSame = kernel.Booted is { } booted && PackageName.Of(booted) == now;
        return isSame || now.Version.Length == 0 ? now.Name : $"{now.Name} {now.Version}";
    }
}
