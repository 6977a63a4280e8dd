using System.CommandLine;
using Hostlock.Fetching;
using Hostlock.Fetching.Http;

namespace Hostlock.Cli;

/// <summary>The fetcher and the cache of a run. They are closed with it, if they were opened.</summary>
/// <param name="surroundings">Everything outside the program.</param>
/// <param name="parsed">The line, whose options say how it is fetched.</param>
/// <param name="terminal">Takes the bars that show how it goes.</param>
sealed class LineFetching(Surroundings surroundings, ParseResult parsed, Terminal terminal) : IAsyncDisposable
{
    CacheFolder? _cache;
    FlakeFetcher? _fetcher;
    FetchBars? _bars;

    /// <summary>Follows references to trees, and shows the progress to a person at a terminal.</summary>
    /// <exception cref="Platform.PlatformException">The folder of the cache is not this user's alone.</exception>
    public FlakeFetcher Fetcher => _fetcher ??= NewFetcher(Cache.Path);

    /// <summary>The folder of the files that are kept between runs.</summary>
    /// <exception cref="Platform.PlatformException">It is not this user's alone.</exception>
    public CacheFolder Cache => _cache ??= OpenCache();

    /// <summary>Makes a fetcher that keeps its answers in a folder. The caller disposes of it.</summary>
    /// <param name="cacheFolder">The folder.</param>
    public FlakeFetcher NewFetcher(string cacheFolder)
    {
        // With -v, each request is a line already.
        _bars ??= surroundings.IsErrorsTerminal && !terminal.IsQuiet && !terminal.IsVerbose ? new(terminal, surroundings) : null;
        var settings = NixSettings.Read(surroundings.Variables);
        var mode = parsed.GetValue(CommonOptions.Offline) ? FetchMode.Offline
            : parsed.GetValue(CommonOptions.Refresh) ? FetchMode.Anew
            : FetchMode.Usual;
        var downloads = new HttpDownloads(() => surroundings.Http(settings), settings, surroundings.Time)
        {
            IsOffline = mode == FetchMode.Offline,
            Waits = _bars is null ? null : _bars.Waits,
        };
        return new(surroundings.Processes, downloads, settings, cacheFolder, _bars, mode);
    }

    /// <summary>Closes the fetcher and the cache.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_fetcher is not null)
            await _fetcher.DisposeAsync();
        _bars?.Dispose();
        _cache?.Dispose();
    }

    CacheFolder OpenCache()
    {
        var cache = CacheFolder.Open(surroundings.CachePath);
        if (cache.Loss is { } why)
            terminal.Warn(new($"nothing that is fetched is kept after this run: {why}"));
        return cache;
    }
}
