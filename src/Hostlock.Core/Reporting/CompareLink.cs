using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Reporting;

/// <summary>Where upstream shows what lies between two revisions.</summary>
public static class CompareLink
{
    /// <summary>The address; null where the two are not of one repository of a forge, or one has no revision.</summary>
    public static string? Between(LockEdge? before, LockEdge? after)
    {
        if (before is not LockEdge.Locked({ Locked: var old }) || after is not LockEdge.Locked({ Locked: var now }) || old.Revision is not { } from || now.Revision is not { } to || from == to)
            return null;
        var repository = Repository(now);
        return repository is null || repository != Repository(old) ? null : now.Type switch
        {
            "gitlab" => $"https://{repository}/-/compare/{from}...{to}",
            "sourcehut" => $"https://{repository}/log/{to}",
            _ => $"https://{repository}/compare/{from}...{to}",
        };
    }

    /// <summary>Where upstream shows one revision; null where it is of no forge.</summary>
    public static string? Of(FlakeRef locked, string revision) => Repository(locked) is { } repository
        ? locked.Type == "gitlab" ? $"https://{repository}/-/commit/{revision}" : $"https://{repository}/commit/{revision}"
        : null;

    static string? Repository(FlakeRef reference)
    {
        var input = reference.Input;
        var name = $"{input.Text("owner")}/{input.Text("repo")}".Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        return reference.Type switch
        {
            "github" => $"{input.Text("host") ?? "github.com"}/{name}",
            "gitlab" => $"{input.Text("host") ?? "gitlab.com"}/{name}",
            "sourcehut" => $"{input.Text("host") ?? "git.sr.ht"}/{name}",
            _ => null,
        };
    }
}
