using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Hostlock.Platform;

namespace Hostlock.Fetching;

/// <summary>
/// The settings of nix.conf that fetching obeys: tokens, the registry, how often to try. They are read from Nix's own files, so that
/// hostlock needs no settings of its own.
/// </summary>
/// <remarks>nix.conf(5); Nix 2.34.8, libutil/configuration.cc and libstore/globals.cc, loadConfFile.</remarks>
public sealed class NixSettings
{
    const int MaximumDepth = 32;
    const int MaximumFiles = 1000;
    const int MaximumBytes = 8 * 1024 * 1024;
    const string DefaultRegistry = "https://channels.nixos.org/flake-registry.json";

    // A file that includes itself twice would be read 2^32 times.
    int _files;

    readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    NixSettings()
    {
    }

    /// <summary>The global registry: an address or an absolute path; empty if there is none.</summary>
    public string Registry => _values.GetValueOrDefault("flake-registry", DefaultRegistry);

    /// <summary>True if indirect references may be looked up in registries; <c>use-registries</c>, on by default.</summary>
    public bool UsesRegistries => _values.GetValueOrDefault("use-registries", "true") != "false";

    /// <summary>The number of attempts for a download.</summary>
    public int DownloadAttempts =>
        int.TryParse(_values.GetValueOrDefault("download-attempts"), out var attempts) && attempts is > 0 and < 100 ? attempts : 5;

    /// <summary>True if servers may be spoken to by HTTP/2; <c>http2</c>, on by default.</summary>
    public bool UsesHttp2 => _values.GetValueOrDefault("http2") is not ("false" or "no" or "0");

    /// <summary>The longest time to wait for a connection.</summary>
    public TimeSpan ConnectTimeout => Seconds("connect-timeout", 15);

    /// <summary>The longest time without bytes before a download is given up.</summary>
    public TimeSpan StalledDownloadTimeout => Seconds("stalled-download-timeout", 300);

    /// <summary>A file of the authorities to trust; null for the usual one.</summary>
    public string? CertificateFile => _values.GetValueOrDefault("ssl-cert-file");

    /// <summary>The path of the netrc file.</summary>
    public string NetrcFile => _values.GetValueOrDefault("netrc-file", "/etc/nix/netrc");

    /// <summary>The files of the user's registry and the system's, in this order.</summary>
    public ImmutableArray<string> RegistryFiles { get; private init; } = [];

    /// <summary>Reads the settings.</summary>
    /// <param name="variables">The environment.</param>
    public static NixSettings Read(IReadOnlyDictionary<string, string> variables)
    {
        var home = UserHome.Find(variables.GetValueOrDefault("HOME")) ?? "/";
        var userConfig = variables.GetValueOrDefault("XDG_CONFIG_HOME") is { Length: > 0 } set ? set : $"{home}/.config";
        var system = variables.GetValueOrDefault("NIX_CONF_DIR") is { Length: > 0 } folder ? folder : "/etc/nix";
        var settings = new NixSettings { RegistryFiles = [$"{userConfig}/nix/registry.json", $"{system}/registry.json"] };
        settings.ReadFile($"{system}/nix.conf", 0);
        var files = variables.GetValueOrDefault("NIX_USER_CONF_FILES") is { Length: > 0 } named
            ? named.Split(':')
            :
            [
                $"{userConfig}/nix/nix.conf",
                .. variables.GetValueOrDefault("XDG_CONFIG_DIRS", "/etc/xdg").Split(':').Select(each => $"{each}/nix/nix.conf"),
            ];
        // Settings of the first file override those of the others.
        foreach (var file in files.Reverse())
            settings.ReadFile(file, 0);
        settings.ReadText(variables.GetValueOrDefault("NIX_CONFIG", ""), ".", 0);
        return settings;
    }

    /// <summary>The token for a repository: that of the longest part of <c>host/owner/repo</c> that has one; null if none has.</summary>
    public string? TokenFor(string host, string? owner = null, string? repository = null)
    {
        string? best = null;
        var length = -1;
        var whole = $"{host}/{owner}/{repository}";
        var pairs = _values.GetValueOrDefault("access-tokens", "").Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
        foreach (var pair in pairs)
        {
            if (pair.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var equals))
                continue;
            var key = pair[..equals].TrimEnd('/');
            if (key.Length > length && (whole == key || whole.StartsWith(key + "/", StringComparison.Ordinal)))
                (best, length) = (pair[(equals + 1)..], key.Length);
        }
        return best;
    }

    // In nix.conf, 0 means no limit. hostlock always has one.
    TimeSpan Seconds(string name, int otherwise) => TimeSpan.FromSeconds(
        int.TryParse(_values.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds is > 0 and < 86400
            ? seconds
            : otherwise);

    void ReadFile(string path, int depth)
    {
        _files++;
        try
        {
            if (RegularFile.TryRead(path, MaximumBytes) is { } bytes)
                ReadText(Encoding.UTF8.GetString(bytes), Path.GetDirectoryName(path)!, depth);
        }
        catch (PlatformException why) when (why.IsDenied)
        {
            // A file that this user may not read, such as one with secrets, is skipped, as in Nix.
        }
    }

    void ReadText(string text, string folder, int depth)
    {
        foreach (var line in text.Split('\n'))
        {
            var hash = line.IndexOf('#', StringComparison.Ordinal);
            var words = (hash < 0 ? line : line[..hash]).Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["include" or "!include", var file]
                    when depth < MaximumDepth && _files < MaximumFiles && !file.Contains('\0', StringComparison.Ordinal):
                    ReadFile(Path.GetFullPath(file, Path.GetFullPath(folder)), depth + 1);
                    break;
                case [var name, "=", .. var value]:
                    Set(name, string.Join(' ', value));
                    break;
                default:
                    break;
            }
        }
    }

    void Set(string name, string value)
    {
        if (name.StartsWith("extra-", StringComparison.Ordinal))
        {
            name = name["extra-".Length..];
            value = $"{_values.GetValueOrDefault(name, "")} {value}".Trim();
        }
        _values[name] = value;
    }
}
