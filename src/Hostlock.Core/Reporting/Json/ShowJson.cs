using Hostlock.Locks;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>show</c>.</summary>
public static class ShowJson
{
    /// <summary>The shape of it.</summary>
    public static JsonShape Shape => Document(
        Member("lock", AnyText, "The word for the lock"),
        Member("inputs", By("PATH", SharedShapes.Entry()), "All its inputs, by path"));

    /// <summary>Every input of a lock, by its path.</summary>
    /// <param name="name">The word for the lock.</param>
    /// <param name="file">The lock.</param>
    public static string Render(string name, LockFile file) => JsonPage.Render(json =>
    {
        json.WriteString("lock", name);
        json.WriteStartObject("inputs");
        foreach (var (path, edge) in file.AllInputs())
        {
            json.WriteStartObject(path.ToString());
            json.WriteEdge(edge);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    });
}
