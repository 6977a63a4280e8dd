using Hostlock.Fetching.Http;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fetching;

/// <summary>
/// Looks references up in the registries of this machine: the user's, the system's and the global one. Each is read on first use.
/// </summary>
/// <remarks>Nix 2.34.8, libfetchers/registry.cc, lookupInRegistries.</remarks>
/// <param name="settings">The settings in nix.conf.</param>
/// <param name="downloads">The seam to HTTP.</param>
/// <param name="global">The global registry: an address or an absolute path; empty if there is none.</param>
sealed class Registries(NixSettings settings, HttpDownloads downloads, string global)
{
    const int MaximumSteps = 100;
    const int MaximumBytes = 8 * 1024 * 1024;

    readonly Lazy<Task<FlakeRegistry>> _global = new(() => GlobalAsync(global, downloads));
    readonly Lazy<IReadOnlyList<FlakeRegistry>> _own = new(() => [.. settings.RegistryFiles.Select(Local)]);

    /// <summary>
    /// The reference that an indirect one stands for, with the <c>dir</c> of the entry found last, if any, and not its own.
    /// </summary>
    public async Task<FlakeRef> ResolveAsync(FlakeRef reference, RegistryScope scope)
    {
        var asked = reference.ToString();
        var isFound = false;
        for (var steps = 0; reference.IsIndirect; steps++)
        {
            if (!settings.UsesRegistries)
                throw FetchException.RegistriesOff(asked);
            if (steps > MaximumSteps)
                throw FetchException.RegistryCycle(asked);
            reference = await FindAsync(reference, scope) ?? throw FetchException.NotInRegistries(asked);
            isFound = true;
        }
        return isFound ? reference : reference.With(directory: "");
    }

    async Task<FlakeRef?> FindAsync(FlakeRef reference, RegistryScope scope)
    {
        if (scope == RegistryScope.All)
        {
            foreach (var registry in _own.Value)
            {
                if (registry.Find(reference) is { } own)
                    return own;
            }
        }
        return (await _global.Value).Find(reference);
    }

    static FlakeRegistry Local(string file) =>
        RegularFile.TryReadText(file, MaximumBytes) is { } text ? FlakeRegistry.Read(file, text, []) : FlakeRegistry.Empty;

    static async Task<FlakeRegistry> GlobalAsync(string global, HttpDownloads downloads) => global switch
    {
        "" => FlakeRegistry.Empty,
        ['/', ..] path => Local(path),
        var url => FlakeRegistry.Read(url, await downloads.GetTextAsync(url, null, CancellationToken.None), []),
    };
}
