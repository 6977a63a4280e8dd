using System.Text.Json;
using System.Text.Json.Nodes;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Support;

/// <summary>A request to merge a branch, as a forge keeps it.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Branch">The branch that is to be merged.</param>
/// <param name="Title">Its title.</param>
/// <param name="Text">Its text, Markdown.</param>
/// <param name="Commit">The commit of the branch when the request was closed; null if it is open.</param>
sealed record MergeRequest(int Number, string Branch, string Title, string Text, string? Commit);

/// <summary>
/// The requests of one repository, in the words of GitHub, Forgejo or GitLab, as far as <c>ci/hostlock-ci</c> asks for them. Whoever
/// does not show the token gets nothing, and a call that the forge does not have is answered with 404.
/// </summary>
/// <param name="kind">The forge: <c>github</c>, <c>forgejo</c> or <c>gitlab</c>.</param>
/// <param name="repository">The bare repository.</param>
sealed class RequestForge(string kind, string repository)
{
    public const string Token = "a token of the forge";

    const string Base = "main";

    public List<MergeRequest> Requests { get; } = [];

    /// <summary>The path of the API.</summary>
    public string Api => kind switch { "github" => "", "forgejo" => "/api/v1", _ => "/api/v4" };

    string Place => kind == "gitlab" ? $"{Api}/projects/7/merge_requests" : $"{Api}/repos/jono/fleet/pulls";

    /// <summary>Ends a request as it is: a person has merged it, or does not want it.</summary>
    public void Close(int number)
    {
        var request = Requests[number - 1];
        Requests[number - 1] = request with { Commit = Head(request.Branch) };
    }

    public WebAnswer Answer(WebRequest request)
    {
        if (request.Headers.GetValueOrDefault("authorization") != $"Bearer {Token}")
            return WebAnswer.Text("""{ "message": "who are you?" }""", 401);
        var target = new Uri($"http://{request.Host}{request.Target}");
        var query = target.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]));
        var sent = request.Body.Length == 0 ? null : JsonNode.Parse(request.Body)!.AsObject();
        var below = target.AbsolutePath.StartsWith(Place, StringComparison.Ordinal) ? target.AbsolutePath[Place.Length..] : "?";
        return (request.Method, kind, below) switch
        {
            ("GET", _, "") => Shown(Requests.Where(one => IsAskedFor(one, query)).Reverse()),
            ("GET", "forgejo", _) when below.StartsWith($"/{Base}/", StringComparison.Ordinal) =>
                Requests.Find(one => one.Commit is null && one.Branch == below[$"/{Base}/".Length..]) is { } open
                    ? WebAnswer.Text(Json(open).ToJsonString())
                    : WebAnswer.NotFound,
            ("POST", _, "") => Open(sent!),
            ("PATCH", "github" or "forgejo", _) or ("PUT", "gitlab", _) => Renew(int.Parse(below[1..]), sent!),
            _ => WebAnswer.NotFound,
        };
    }

    // Forgejo has no question for the requests of one branch, and gives all.
    bool IsAskedFor(MergeRequest request, Dictionary<string, string> query) => kind switch
    {
        "github" => query["state"] == "all" && query["head"] == $"jono:{request.Branch}" && query["base"] == Base,
        "forgejo" => query["state"] == (request.Commit is null ? "open" : "closed"),
        _ => query["state"] == "all" && query["source_branch"] == request.Branch && query["target_branch"] == Base,
    };

    WebAnswer Open(JsonObject sent)
    {
        var (branch, into, text) = kind == "gitlab"
            ? ("source_branch", "target_branch", "description")
            : ("head", "base", "body");
        if ((string?)sent[into] != Base || Requests.Exists(one => one.Commit is null && one.Branch == (string?)sent[branch]))
            return WebAnswer.Text("""{ "message": "it exists" }""", 422);
        Requests.Add(new(Requests.Count + 1, (string)sent[branch]!, (string)sent["title"]!, (string)sent[text]!, null));
        return WebAnswer.Text(Json(Requests[^1]).ToJsonString(), 201);
    }

    WebAnswer Renew(int number, JsonObject sent)
    {
        Requests[number - 1] = Requests[number - 1] with
        {
            Title = (string)sent["title"]!,
            Text = (string)sent[kind == "gitlab" ? "description" : "body"]!,
        };
        return WebAnswer.Text(Json(Requests[number - 1]).ToJsonString(), kind == "forgejo" ? 201 : 200);
    }

    WebAnswer Shown(IEnumerable<MergeRequest> requests) =>
        WebAnswer.Text(JsonSerializer.Serialize(requests.Select(request => Json(request)).ToArray()));

    JsonObject Json(MergeRequest request)
    {
        var commit = request.Commit ?? Head(request.Branch);
        return kind == "gitlab"
            ? new() { ["iid"] = request.Number, ["state"] = request.Commit is null ? "opened" : "closed", ["sha"] = commit }
            : new()
            {
                ["number"] = request.Number,
                ["state"] = request.Commit is null ? "open" : "closed",
                ["head"] = new JsonObject { ["ref"] = request.Branch, ["sha"] = commit },
                ["base"] = new JsonObject { ["ref"] = Base },
            };
    }

    string Head(string branch) => TestGit.In(repository, "rev-parse", $"refs/heads/{branch}").Trim();
}
