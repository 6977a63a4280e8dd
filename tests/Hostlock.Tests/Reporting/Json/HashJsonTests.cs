using Hostlock.Flakes;
using Hostlock.Reporting.Json;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Reporting.Json;

public class HashJsonTests
{
    const string NarHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    [Fact]
    public void A_hash_is_in_SRI_form_and_a_time_in_seconds() =>
        Assert.Equal(
            $$"""
            {
              "version": 1,
              "source": "github:acme/a",
              "narHash": "{{NarHash}}",
              "lastModified": 1577923200
            }

            """,
            JsonSchemas.Check("hash", HashJson.Render("github:acme/a", NarHash, new Moment(1577923200))));

    [Fact]
    public void A_source_whose_type_has_no_time_has_none() =>
        Assert.Equal(
            $"{{\n  \"version\": 1,\n  \"source\": \"./a\",\n  \"narHash\": \"{NarHash}\"\n}}\n",
            JsonSchemas.Check("hash", HashJson.Render("./a", NarHash, null)));
}
