namespace Hostlock.Fleets.Checks;

/// <summary>Holds a fleet to the rules of <see cref="CheckRules"/>.</summary>
public static class FleetCheck
{
    /// <summary>Where the fleet does not keep the rules whose evidence was gathered, in the order of the table.</summary>
    /// <param name="fleet">What the rules look at.</param>
    public static IReadOnlyList<Finding> Findings(CheckedFleet fleet) =>
    [
        .. from rule in CheckRules.All
           where fleet.Has(rule.Evidence)
           from problem in rule.Find(fleet)
           select new Finding(rule.Code, rule.Severity, problem),
    ];
}
