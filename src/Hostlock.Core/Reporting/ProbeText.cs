using System.Globalization;
using System.Text;
using Hostlock.Flakes;
using Hostlock.Machines;

namespace Hostlock.Reporting;

/// <summary>Renders the whole answer of a machine about itself.</summary>
public static class ProbeText
{
    const int GenerationsShown = 8;
    const int HashShown = 7;

    /// <summary>Renders an answer.</summary>
    /// <param name="status">The host, whose machine has answered.</param>
    /// <param name="facts">The answer.</param>
    /// <param name="now">The present time, for ages.</param>
    /// <param name="ink">The colours.</param>
    public static string Render(MachineStatus status, MachineFacts facts, DateTimeOffset now, Ink ink)
    {
        var text = new StringBuilder();
        text.Append($"{ink.Bold(status.Host.Name.ToString())}  {Visible.Name(status.Outcome.Address.ToString())}\n");
        Line("runs", facts.Running is { } running ? $"{running}{GenerationOf(facts, facts.System)}" : "no system of Nix");
        if (facts.Parent is { } parent)
            Line("", $"a specialisation of {parent}");
        Line("lock", Lock(status, facts, now));
        Line("boots next", Next(facts, ink));
        if (!facts.NeedsReboot.IsEmpty)
            Line("reboot", ink.Warn($"needed for {MachineWords.Reboot(facts)}"));
        if (facts.Uptime is { } uptime)
            Line("up", Amounts.Span((ulong)uptime.TotalSeconds));
        if (facts.IsSwitching)
            Line("switch", ink.Warn("under way"));
        if (facts.Trial is { } trial)
            Line("on trial", ink.Warn($"by switch {trial}; unless that keeps it, it goes back"));
        foreach (var word in status.Pulled?.Words ?? [])
            Line("release", status.Pulled!.NeedsLook ? ink.Bad(word) : word);
        Line("failed units", facts.FailedUnits switch
        {
            null => "not known",
            { IsEmpty: true } => "none",
            { } failed => ink.Bad(string.Join(' ', failed)),
        });
        if (facts.Inhibitors is { Count: > 0 } inhibitors)
            Line("inhibitors", string.Join(' ', inhibitors.Names.Select(Visible.Name)));
        if (facts.BytesLeft.Count > 0)
            Line("left", string.Join(", ", facts.BytesLeft.Select(left => $"{left.Key} {Amounts.Size(left.Value)}")));
        Line("machine", string.Join(", ", new[] { facts.MachineId, facts.HostName }.Where(word => word.Length > 0)));
        if (!facts.Generations.IsEmpty)
            Generations();
        return text.ToString();

        void Line(string word, string value) => text.Append($"  {word.PadRight(12)}  {value}\n");

        void Generations()
        {
            text.Append("  generations\n");
            foreach (var generation in facts.Generations.Take(GenerationsShown))
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"    {generation.Number,4}  {Moment.OfPositive(generation.Made) ?? default}  {LockOf(generation),-12}  "
                        + $"{generation.System.Name}\n");
            if (facts.Generations.Length > GenerationsShown)
                text.Append(
                    CultureInfo.InvariantCulture, $"    {ink.Dim($"and {facts.Generations.Length - GenerationsShown} earlier ones")}\n");
        }
    }

    static string Lock(MachineStatus status, MachineFacts facts, DateTimeOffset now)
    {
        string[] both = [status.Pins is { } pins ? MachineWords.Of(pins, now) : "", MachineWords.Of(status.Configuration)];
        var words = string.Join(", ", both.Where(word => word.Length > 0));
        return facts.Stamp is { } stamp ? $"{Visible.Name(SystemLabel.Of(facts))}, {words} (sha256 {stamp.Sha256[..HashShown]})" : words;
    }

    static string Next(MachineFacts facts, Ink ink) =>
        facts.Next is null ? "–"
        : facts.IsPending ? ink.Warn($"{facts.Next}{GenerationOf(facts, facts.Next)}")
        : "the same";

    static string GenerationOf(MachineFacts facts, StorePath? system) =>
        facts.Generations.FirstOrDefault(generation => generation.System == system) is { } known
            ? string.Create(CultureInfo.InvariantCulture, $" (generation {known.Number})")
            : "";

    static string LockOf(Generation generation) => generation.LockSha256 is { } sha256 ? $"lock {sha256[..HashShown]}" : "no lock";
}
