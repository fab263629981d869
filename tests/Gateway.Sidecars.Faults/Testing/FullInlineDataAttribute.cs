using System.Reflection;
using Xunit.Sdk;

namespace Gateway.Sidecars.Faults.Testing;

/// <summary>A row that only <c>./test.sh --full</c> runs: the same fault at one more layer, or with the other outcome.</summary>
/// <param name="values">What the test gets.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class FullInlineDataAttribute(params object[] values) : DataAttribute
{
    /// <inheritdoc/>
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => Environment.GetEnvironmentVariable("TEST_FULL") == "1" ? [values] : [];
}
