using System.Globalization;
using System.Text;
using Hostlock.Locks;

namespace Hostlock.Reporting;

/// <summary>Renders a lock as a tree of inputs, follows included.</summary>
public static class LockTree
{
    /// <summary>Renders a lock as a tree, follows included.</summary>
    public static string Render(string title, LockFile file, Ink ink)
    {
        var text = new StringBuilder().Append(ink.Bold(Visible.Name(title))).Append('\n');
        // If two inputs of an old file share a node, it is shown in full only once.
        var shown = new HashSet<LockNode>(ReferenceEqualityComparer.Instance);
        Beneath(file.Root, "");
        return text.ToString();

        void Beneath(LockNode node, string indent)
        {
            var left = node.Inputs.Count;
            foreach (var (name, edge) in node.Inputs)
            {
                var isLast = --left == 0;
                text.Append(
                    CultureInfo.InvariantCulture, $"{indent}{(isLast ? "└── " : "├── ")}{Visible.Name(name)}: {Words(edge, ink)}\n");
                if (edge is LockEdge.Locked(var child) && shown.Add(child))
                    Beneath(child, indent + (isLast ? "    " : "│   "));
            }
        }
    }

    static string Words(LockEdge edge, Ink ink) => edge switch
    {
        LockEdge.Follows(var target) => ink.Dim(target.IsRoot ? "follows the root flake" : DiffText.Describe(edge)),
        LockEdge.Locked(var node) => DiffText.Describe(edge) + (node.IsFlake ? "" : ink.Dim(" (not a flake)")),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
