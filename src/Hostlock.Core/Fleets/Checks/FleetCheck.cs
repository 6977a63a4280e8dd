namespace Hostlock.Fleets.Checks;

/// <summary>Checks a fleet by the rules of <see cref="CheckRules"/>.</summary>
public static class FleetCheck
{
    /// <summary>The findings of all rules whose evidence was gathered, in the order of the table.</summary>
    /// <param name="fleet">The evidence.</param>
    public static IReadOnlyList<Finding> Findings(CheckedFleet fleet) =>
    [
        .. from rule in CheckRules.All
           where fleet.Has(rule.Evidence)
           from problem in rule.Find(fleet)
           select new Finding(rule.Code, rule.Severity, problem),
    ];
}
