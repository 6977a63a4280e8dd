using Hostlock.Flakes;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Reporting.Json;

/// <summary>The JSON of entries that <see cref="SmallLocks.Locked"/> makes.</summary>
static class EntryJson
{
    /// <summary>The members <c>locked</c> and <c>original</c> of an input that is locked to a repository of acme on github.</summary>
    /// <param name="indent">How many blanks are before each line but the first.</param>
    /// <param name="repository">The name of the repository.</param>
    /// <param name="digit">The digit of the revision.</param>
    /// <param name="day">The day of the revision, counted as <see cref="FlakeWorld.Day"/> does.</param>
    /// <param name="branch">The branch that is asked for; null for that of the repository.</param>
    public static string Of(int indent, string repository, int digit, int day, string? branch = null) =>
        $$"""
        "locked": {
          "lastModified": {{Moment.Of(FlakeWorld.Day(day)).Seconds}},
          "owner": "acme",
          "repo": "{{repository}}",
          "rev": "{{SmallLocks.Id(digit)}}",
          "type": "github"
        },
        "original": {
          "owner": "acme",{{(branch is null ? "" : $"\n  \"ref\": \"{branch}\",")}}
          "repo": "{{repository}}",
          "type": "github"
        }
        """.ReplaceLineEndings($"\n{new string(' ', indent)}");
}
