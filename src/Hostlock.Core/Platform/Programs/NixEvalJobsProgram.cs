using System.Globalization;

namespace Hostlock.Platform.Programs;

/// <summary>Builds all requests for nix-eval-jobs, which evaluates many attributes of a flake in several processes.</summary>
public static class NixEvalJobsProgram
{
    /// <summary>Builds a command that prints a line of JSON for each job.</summary>
    /// <param name="attribute">A reference to an attribute of a flake.</param>
    /// <param name="select">A function of Nix's language that makes the set of jobs out of the attribute.</param>
    /// <param name="workers">The number of processes that evaluate at once.</param>
    /// <param name="megabytes">The memory that a process may take before another takes its place, in MiB.</param>
    /// <param name="roots">A folder for links that keep the derivations from being collected.</param>
    /// <remarks>nix-eval-jobs of 2025-10 and later, for <c>--select</c>; <c>--flake</c> takes no value.</remarks>
    public static ProcessRequest Command(string attribute, string select, int workers, int megabytes, string roots) =>
        ProcessRequest.Of(
            "nix-eval-jobs", "--option", "extra-experimental-features", "nix-command flakes",
            "--workers", workers.ToString(CultureInfo.InvariantCulture),
            "--max-memory-size", megabytes.ToString(CultureInfo.InvariantCulture),
            "--gc-roots-dir", roots, "--select", select, "--flake", attribute);
}
