using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Hostlock.Platform;

namespace Hostlock.Benchmarks;

/// <summary>
/// Machines that exist in memory alone, and a nix that makes a system of each host's name: what the program asks of them by ssh is answered
/// at once, in the words of the scripts that it sends. git is the real one. What is left is the program's own work.
/// </summary>
/// <param name="folder">The flake. Each machine runs the lock that its host has there at first, of which it has a copy beside the flake.
/// </param>
sealed partial class SimulatedMachines(string folder) : IProcessRunner
{
    readonly ProcessRunner _real = new();
    readonly Dictionary<string, Machine> _machines = new(StringComparer.Ordinal);
    readonly Lock _making = new();

    /// <summary>The system that the flake makes of a host.</summary>
    static string SystemOf(string host) => Store($"new {host}", $"nixos-system-{host}-26.05");

    public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken) => request.Program switch
    {
        "ssh" => Task.FromResult(Answer([.. request.Arguments.SkipWhile(word => word != "--").Skip(1).Select(Unquoted)])),
        "nix" => Task.FromResult(Nix(request.Arguments)),
        "nix-eval-jobs" => Task.FromResult(Jobs(request.Arguments)),
        _ => _real.RunAsync(request, cancellationToken),
    };

    public IRunningProcess Start(ProcessRequest request) => _real.Start(request);

    static Finished Done(string output = "") => new(0, output, "");

    static Finished Nix(IReadOnlyList<string> words) =>
        words.Contains("copy") ? Done() : Done($"{SystemOf(HostIn().Match(words[^1]) is { Success: true } found ? found.Value : "")}\n");

    static Finished Jobs(IReadOnlyList<string> words) => Done(string.Concat(
        HostIn().Matches(words.Single(word => word.StartsWith("all: ", StringComparison.Ordinal)))
            .Select(match => $"{Job(match.Value, SystemOf(match.Value))}\n")));

    static string Job(string host, string system) =>
        $$$"""{"attrPath":["{{{host}}}"],"drvPath":"{{{system}}}.drv","outputs":{"out":"{{{system}}}"} }""";

    // host sh -s NONCE [TARGET], or host sh -s VERB ID MACHINE TARGET ….
    Finished Answer(string[] words)
    {
        Machine machine;
        lock (_making)
        {
            if (!_machines.TryGetValue(words[0], out machine!))
                _machines.Add(words[0], machine = new(words[0], Disk(words[0])));
        }
        return Done(words.Length <= 5 ? machine.Say(words[3], words.ElementAtOrDefault(4)) : machine.Do(words[3], words[4], words[6]));
    }

    string Disk(string host)
    {
        var path = Path.Combine(Directory.CreateDirectory($"{folder}-machines").FullName, host);
        File.Copy(Path.Combine(folder, "locks", $"{host}.lock"), path, overwrite: true);
        return path;
    }

    static string Unquoted(string word) => word.Trim('\'');

    // The digits of store paths have no e.
    static string Store(string seed, string name) => $"/nix/store/{Digest(seed)[..32].Replace('e', 'z')}-{name}";

    static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex("host[0-9]+")]
    private static partial Regex HostIn();

    /// <summary>A simulated machine.</summary>
    sealed class Machine(string host, string flakeLock)
    {
        readonly string _id = Digest(host)[..32];
        readonly string _stamp = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(flakeLock)));
        string _running = Store($"old {host}", $"nixos-system-{host}-25.11");
        string? _next;
        string _trial = "";

        public string Say(string nonce, string? wanted)
        {
            var next = _next ??= _running;
            var text = new StringBuilder()
                .Append(CultureInfo.InvariantCulture, $"hostlock-probe\t1 {nonce}\nhost\t{host}\nmachine\t{_id}\nboot\tb1\nup\t7200\n")
                .Append(CultureInfo.InvariantCulture, $"running\t{_running}\nbooted\t{_running}\nnext\t{next}\n")
                .Append(CultureInfo.InvariantCulture, $"stamp\t{_stamp}\nlock\t{Convert.ToBase64String(File.ReadAllBytes(flakeLock))}\n")
                .Append(CultureInfo.InvariantCulture, $"generation\t1 1700000000 {next} {_stamp}\nunits\tknown\n");
            if (_trial.Length > 0)
                text.Append(CultureInfo.InvariantCulture, $"trial\t{_trial}\n");
            if (wanted is not null)
                text.Append("has\twanted\npower\troot\n");
            return text.Append(CultureInfo.InvariantCulture, $"hostlock-end\t{nonce}\n").ToString();
        }

        public string Do(string verb, string rollout, string target)
        {
            if (verb == "activate")
                (_running, _trial) = (target, rollout);
            else if (verb == "keep")
                (_next, _trial) = (target, "");
            return "";
        }
    }
}
