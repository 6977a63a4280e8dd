using System.Globalization;
using System.Text;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Layouts;
using Hostlock.Locks;

namespace Hostlock.Reporting;

/// <summary>
/// Renders the table of hosts × inputs. Hosts with the same lock share a row, and inputs that are the same everywhere share a line, so
/// that seven hosts fit a terminal and a thousand fit a page.
/// </summary>
public static class StatusTable
{
    const int HostsNamed = 6;

    /// <summary>Renders the table.</summary>
    /// <param name="locks">The state of the locks.</param>
    /// <param name="now">The present time, for ages.</param>
    /// <param name="width">The number of columns of the terminal.</param>
    /// <param name="ink">The colours.</param>
    public static string Render(IReadOnlyList<LockStatus> locks, DateTimeOffset now, int width, Ink ink)
    {
        var text = new StringBuilder();
        var matrix = DriftMatrix.Of(locks, input => Cell(input, now));
        if (!matrix.Differing.IsEmpty)
            Table(text, matrix, width, ink);
        else if (!matrix.Rows.IsEmpty)
            text.Append(
                CultureInfo.InvariantCulture,
                $"{Names(matrix.Rows[0].Hosts)}{(matrix.Rows[0].Hosts.Length > 1 ? ": the same everywhere" : "")}\n");
        if (!matrix.Same.IsEmpty)
        {
            text.Append(matrix.Differing.IsEmpty ? "\n" : "\nthe same everywhere:\n");
            var widest = matrix.Same.Max(same => Visible.Name(same.Input).Length);
            foreach (var (input, cell) in matrix.Same)
                text.Append(CultureInfo.InvariantCulture, $"  {Visible.Name(input).PadRight(widest)}  {cell}\n");
        }
        foreach (var one in locks.Where(one => one.Lock is null))
        {
            var why = one.Problem is { } problem
                ? Visible.Name(problem.Message)
                : $"no lock; 'hostlock lock {one.Place.Name}' makes {Visible.Name(one.Place.RelativePath)}";
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length > 0 ? "\n" : "")}{Names(one.Place.Sharers)}: {ink.Bad(why)}\n");
        }
        var unmerged = locks.Where(one => one.IsUnmerged).SelectMany(one => one.Place.Sharers).ToList();
        if (unmerged.Count > 0)
        {
            var why = ink.Bad("git could not merge, and the file has our side; 'hostlock resolve' shows both");
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length > 0 ? "\n" : "")}{Names(unmerged)}: {why}\n");
        }
        return text.ToString();
    }

    /// <summary>Renders the hosts that came to flake.nix or went from it since hostlock.toml was written; empty if none did.</summary>
    /// <param name="listed">What hostlock.toml lists, compared with flake.nix.</param>
    /// <param name="ink">The colours.</param>
    public static string Render(ListedHosts listed, Ink ink)
    {
        var text = new StringBuilder();
        foreach (var (host, other) in listed.Misspelt)
            text.Append(
                CultureInfo.InvariantCulture,
                $"\n{host}: {ink.Bad("in hostlock.toml and not in flake.nix")}, which has {other}: one of the two is misspelt\n");
        if (listed.Came.ToList() is { Count: > 0 } came)
            text.Append(
                CultureInfo.InvariantCulture,
                $"\n{Names(Owners(came))}: {ink.Warn("in flake.nix and not in hostlock.toml")}; 'hostlock init "
                    + $"{string.Join(' ', came)}'\n");
        foreach (var (host, file) in listed.UnlistedFlakes)
            text.Append(
                CultureInfo.InvariantCulture,
                $"\n{host}: {ink.Warn($"in {Visible.Name(file)} and not in hostlock.toml")}; 'hostlock init {host}'\n");
        if (listed.Went.ToList() is { Count: > 0 } went)
            text.Append(
                CultureInfo.InvariantCulture,
                $"\n{Names(Owners(went))}: {ink.Bad("in hostlock.toml and no longer in flake.nix")}; 'hostlock eject "
                    + $"{string.Join(' ', went)}'\n");
        return text.ToString();

        static IReadOnlyList<LockOwner> Owners(IEnumerable<HostName> hosts) => [.. hosts.Select(host => new LockOwner.Host(host))];
    }

    // Puts as many inputs side by side as the terminal holds, and the rest into tables below.
    static void Table(StringBuilder text, DriftMatrix matrix, int width, Ink ink)
    {
        var (rows, inputs) = (matrix.Rows.Select(row => (Hosts: Names(row.Hosts), row.Cells)).ToList(), matrix.Differing);
        var first = rows.Max(row => row.Hosts.Length);
        var widest = inputs.ToDictionary(
            name => name,
            name => Math.Max(Visible.Name(name).Length, rows.Max(row => row.Cells.GetValueOrDefault(name, "-").Length)));
        var at = 0;
        while (at < inputs.Length)
        {
            var (used, count) = (first, 0);
            while (at + count < inputs.Length && (count == 0 || used + 2 + widest[inputs[at + count]] <= width))
                used += 2 + widest[inputs[at + count++]];
            var columns = inputs.Slice(at, count);
            text.Append(at > 0 ? "\n" : "");
            Row("host", columns.Select(name => (Visible.Name(name), widest[name])), ink.Bold);
            foreach (var row in rows)
                Row(row.Hosts, columns.Select(name => (row.Cells.GetValueOrDefault(name, "-"), widest[name])), words => words);
            at += count;
        }

        void Row(string host, IEnumerable<(string Words, int Width)> cells, Func<string, string> paint)
        {
            var line = new StringBuilder(host.PadRight(first));
            foreach (var (words, cell) in cells)
                line.Append("  ").Append(words.PadRight(cell));
            text.Append(paint(line.ToString().TrimEnd())).Append('\n');
        }
    }

    static string Cell(InputStatus input, DateTimeOffset now)
    {
        var cell = input.Edge switch
        {
            LockEdge.Follows(var target) => $"follows {Visible.Name(target.ToString())}",
            LockEdge.Locked { Node.Locked: { } locked } =>
                Visible.Name(locked.ShortRevision ?? locked.Type)
                + (locked.LastModified is { } modified ? $" {Amounts.Age(Moment.Of(now).SecondsSince(modified))}" : ""),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        if (input.SecondsBehind > 0)
            cell += $", {Amounts.Age(input.SecondsBehind)} behind";
        return input.Freeze switch
        {
            null => cell,
            { Until: null } => $"{cell}, frozen",
            { Until: { } until } when until < DateOnly.FromDateTime(now.UtcDateTime) => $"{cell}, freeze ended",
            { Until: { } until } => string.Create(CultureInfo.InvariantCulture, $"{cell}, frozen until {until:yyyy-MM-dd}"),
        };
    }

    static string Names(IReadOnlyList<LockOwner> hosts) =>
        hosts.Count <= HostsNamed + 1
            ? string.Join(' ', hosts)
            : string.Create(CultureInfo.InvariantCulture, $"{string.Join(' ', hosts.Take(HostsNamed))} +{hosts.Count - HostsNamed}");
}
