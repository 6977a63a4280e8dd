using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hostlock.Fetching.Http;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fetching.Forges;

/// <summary>Asks forges for commits. A scheme says how each forge is asked; the answers are read here.</summary>
/// <param name="downloads">The seam to HTTP.</param>
/// <param name="settings">The settings in nix.conf, for access tokens.</param>
/// <remarks>Nix 2.34.8, libfetchers/github.cc, getRevFromRef.</remarks>
sealed class ForgeRevisions(HttpDownloads downloads, NixSettings settings)
{
    /// <summary>Asks for the commit that a branch or tag points to.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="question">The question that the forge of the reference answers.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The forge cannot be reached, has no such ref, or gives no sensible answer.</exception>
    public async Task<NewestRevision> AskAsync(FlakeRef reference, RevisionQuery question, CancellationToken cancellationToken)
    {
        var token = TokenHeader.For(reference, settings);
        return question switch
        {
            RevisionQuery.Json json => Read(json, await downloads.GetTextAsync(json.Url, token, cancellationToken)),
            RevisionQuery.RefList list => new(await FindAsync(reference, list, token, cancellationToken), null),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>
    /// Asks for the newest commit dated at or before a time; null if the forge does not answer this, so that git has to be asked.
    /// </summary>
    /// <param name="reference">The reference.</param>
    /// <param name="before">The time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The forge cannot be reached, has no such commit, or gives no sensible answer.</exception>
    public async Task<NewestRevision?> AskBeforeAsync(FlakeRef reference, DateTimeOffset before, CancellationToken cancellationToken) =>
        reference.Scheme.AskRevisionBefore(
            reference.Input, before.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)) is { } question
            ? await AskAsync(reference, question, cancellationToken)
            : null;

    /// <summary>
    /// Asks how many commits two revisions are apart; null if the forge does not answer this, or nix.conf has no access token for it.
    /// </summary>
    /// <param name="reference">A reference to the repository.</param>
    /// <param name="earlier">The first revision.</param>
    /// <param name="later">The other.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The forge cannot be reached, or gives no sensible answer.</exception>
    public async Task<RevisionDistance?> DistanceAsync(
        FlakeRef reference, Revision earlier, Revision later, CancellationToken cancellationToken)
    {
        if (TokenHeader.For(reference, settings) is not { } token
            || reference.Scheme.AskDistance(reference.Input, earlier, later) is not { } question)
            return null;
        var text = await downloads.GetTextAsync(question.Url, token, cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(text);
            var answer = document.RootElement;
            return question switch
            {
                DistanceQuery.MergeBase => new(answer.GetProperty("id").GetString() is { } id && Revision.TryParse(id) == earlier, null),
                DistanceQuery.Comparison =>
                    new(answer.GetProperty("status").GetString() is "ahead" or "identical", answer.GetProperty("ahead_by").GetUInt64()),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }
        catch (Exception why) when (why is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw FetchException.BadAnswer(question.Url, "it does not say how the two stand to each other");
        }
    }

    /// <summary>Asks for the commits between two revisions, in one request; null if the forge does not answer this.</summary>
    /// <param name="reference">A reference to the repository.</param>
    /// <param name="earlier">The first revision.</param>
    /// <param name="later">The other.</param>
    /// <param name="most">The most titles that are wanted.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The forge cannot be reached, or gives no sensible answer.</exception>
    public async Task<CommitList?> CommitsAsync(
        FlakeRef reference, Revision earlier, Revision later, int most, CancellationToken cancellationToken)
    {
        if (reference.Scheme.AskCommits(reference.Input, earlier, later) is not { } question)
            return null;
        var text = await downloads.GetTextAsync(question.Url, TokenHeader.For(reference, settings), cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(text);
            var commits = document.RootElement.GetProperty("commits");
            var titles = commits.EnumerateArray().Take(most).Select(commit => new CommitTitle(
                Revision.Parse(commit.GetProperty(question.IdField).GetString() ?? ""),
                question.MessagePath.Aggregate(commit, (at, name) => at.GetProperty(name)).GetString()?.Split('\n')[0] ?? ""));
            var total = question.TotalField is { } field
                ? document.RootElement.GetProperty(field).GetUInt64()
                : (ulong)commits.GetArrayLength();
            return new([.. titles], total);
        }
        catch (Exception why) when (why is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw FetchException.BadAnswer(question.Url, "it does not list the commits");
        }
    }

    static NewestRevision Read(RevisionQuery.Json question, string answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            var at = document.RootElement;
            if (question.InFirstElement)
            {
                at = at.ValueKind == JsonValueKind.Array && at.GetArrayLength() > 0
                    ? at[0]
                    : throw FetchException.BadAnswer(question.Url, "it lists no commit; does the ref exist?");
            }
            var revision = at.GetProperty(question.Field).GetString();
            return revision is not null && Revision.TryParse(revision) is { } id
                ? new(id, TimeAt(at, question.TimePath))
                : throw FetchException.BadAnswer(question.Url, $"'{revision}' is no revision");
        }
        catch (Exception why) when (why is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw FetchException.BadAnswer(question.Url, $"it has no '{question.Field}'");
        }
    }

    static Moment? TimeAt(JsonElement at, string[] path)
    {
        foreach (var name in path)
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
                return null;
        }
        return path.Length > 0 && at.ValueKind == JsonValueKind.String && at.TryGetDateTimeOffset(out var time)
            ? Moment.OfPositive(time.ToUnixTimeSeconds())
            : null;
    }

    // HEAD names a ref, and the list of refs in git's plain protocol gives the commit of that ref (libfetchers/github.cc,
    // SourceHutInputScheme).
    async Task<Revision> FindAsync(
        FlakeRef reference, RevisionQuery.RefList question, TokenHeader? token, CancellationToken cancellationToken)
    {
        var pattern = $"refs/(heads|tags)/{question.Ref}";
        if (question.Ref == "HEAD")
        {
            var head = (await downloads.GetTextAsync($"{question.BaseUrl}/HEAD", token, cancellationToken)).Split('\n')[0];
            pattern = head.StartsWith("ref: ", StringComparison.Ordinal)
                ? head["ref: ".Length..]
                : throw FetchException.BadAnswer(question.BaseUrl, "its HEAD names no ref");
        }
        try
        {
            var name = new NamePattern($"^(?:{pattern})$");
            foreach (var line in (await downloads.GetTextAsync($"{question.BaseUrl}/info/refs", token, cancellationToken)).Split('\n'))
            {
                if (line.Split('\t') is [var id, var full] && Revision.TryParse(id) is { } revision && name.IsMatch(full))
                    return revision;
            }
        }
        catch (Exception why) when (why is ArgumentException or RegexMatchTimeoutException)
        {
            // The name is not a regular expression, or takes too long to match, so no ref has it.
        }
        throw FetchException.NoSuchRef(reference.ToString(), question.Ref);
    }

    // Nix uses the name of a ref as a regular expression, so matching needs a time limit. The constructor with a limit also takes options,
    // one of which selects another engine. With that engine in the program, every start would cost more, so the limit is set here.
    sealed class NamePattern : Regex
    {
        public NamePattern(string pattern)
            : base(pattern) => internalMatchTimeout = TimeSpan.FromSeconds(1);
    }
}
