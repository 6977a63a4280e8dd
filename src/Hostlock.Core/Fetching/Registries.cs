using System.Collections.Concurrent;
using Hostlock.Fetching.Http;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fetching;

/// <summary>
/// Looks references up in the registries of this machine: the user's, the system's and the global one. Each is read on first use.
/// </summary>
/// <remarks>Nix 2.34.8, libfetchers/registry.cc, lookupInRegistries.</remarks>
sealed class Registries
{
    const int MaximumSteps = 100;
    const int MaximumBytes = 8 * 1024 * 1024;

    readonly NixSettings _settings;
    readonly Lazy<Task<FlakeRegistry>> _global;
    readonly Lazy<IReadOnlyList<FlakeRegistry>> _own;
    readonly ConcurrentQueue<Warning> _warnings = [];

    /// <param name="settings">The settings in nix.conf.</param>
    /// <param name="downloads">The seam to HTTP.</param>
    /// <param name="global">The global registry: an address or an absolute path; empty if there is none.</param>
    public Registries(NixSettings settings, HttpDownloads downloads, string global)
    {
        _settings = settings;
        _global = new(() => GlobalAsync(global, downloads));
        _own = new(() => [.. settings.RegistryFiles.Select(Local)]);
    }

    /// <summary>The oddities of the registries that were read.</summary>
    public IEnumerable<Warning> Warnings => _warnings;

    /// <summary>
    /// The reference that an indirect one stands for, with the <c>dir</c> of the entry found last, if any, and not its own.
    /// </summary>
    public async Task<FlakeRef> ResolveAsync(FlakeRef reference, RegistryScope scope)
    {
        if (!reference.IsIndirect)
            return reference.With(directory: "");
        var asked = reference.ToString();
        for (var steps = 0; reference.IsIndirect; steps++)
        {
            if (!_settings.UsesRegistries)
                throw FetchException.RegistriesOff(asked);
            if (steps > MaximumSteps)
                throw FetchException.RegistryCycle(asked);
            reference = await FindAsync(reference, scope)
                ?? throw FetchException.NotInRegistries(asked, scope, _warnings.FirstOrDefault()?.Message);
        }
        return reference;
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

    FlakeRegistry Local(string file) =>
        RegularFile.TryReadText(file, MaximumBytes) is { } text ? Read(file, text) : FlakeRegistry.Empty;

    async Task<FlakeRegistry> GlobalAsync(string global, HttpDownloads downloads) => global switch
    {
        "" => FlakeRegistry.Empty,
        ['/', ..] path => Local(path),
        var url => Read(url, await downloads.GetTextAsync(url, null, CancellationToken.None)),
    };

    FlakeRegistry Read(string name, string text)
    {
        var warnings = new List<Warning>();
        var registry = FlakeRegistry.Read(name, text, warnings);
        warnings.ForEach(_warnings.Enqueue);
        return registry;
    }
}
