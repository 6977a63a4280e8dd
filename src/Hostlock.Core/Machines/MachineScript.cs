using System.Text;

namespace Hostlock.Machines;

/// <summary>Reads the scripts that run on machines, which are embedded in the program. All of them begin with <c>machine.sh</c>.</summary>
public static class MachineScript
{
    const string Beginning = "machine.sh";

    /// <summary>The text of a script, with the common beginning of all scripts.</summary>
    /// <param name="name">The name of the script: <c>probe.sh</c>.</param>
    public static string Read(string name) => Embedded(Beginning) + Embedded(name);

    static string Embedded(string name)
    {
        using var stream = typeof(MachineScript).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
