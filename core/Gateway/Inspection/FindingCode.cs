namespace Gateway.Inspection;

/// <summary>The codes of <see cref="PluginFinding"/>. A code never changes its meaning; the table is docs/plugins/check.md.</summary>
internal static class FindingCode
{
    public const string ManifestUnreadable = "PLG001";
    public const string ManifestSyntax = "PLG002";
    public const string ManifestAttribute = "PLG003";
    public const string ManifestId = "PLG004";
    public const string ManifestVersion = "PLG005";
    public const string ManifestSdk = "PLG006";
    public const string ManifestEntry = "PLG007";
    public const string ManifestNames = "PLG008";
    public const string ManifestHashes = "PLG009";

    public const string FileMissing = "PLG010";
    public const string FileChanged = "PLG011";
    public const string FileUnlisted = "PLG012";
    public const string FileCasing = "PLG013";
    public const string FileLink = "PLG014";
    public const string DependencyManifest = "PLG015";

    public const string SdkRange = "PLG020";
    public const string TargetNewer = "PLG021";
    public const string TargetForeign = "PLG022";
    public const string Processor = "PLG023";
    public const string NotManaged = "PLG024";
    public const string ReferenceOnly = "PLG025";

    public const string EntryMissing = "PLG030";
    public const string TypeMissing = "PLG031";
    public const string TypeForeign = "PLG032";
    public const string TypeNotConstructible = "PLG033";
    public const string TypeNotPublic = "PLG034";
    public const string TypeAmbiguous = "PLG035";

    public const string ReferenceMissing = "PLG040";
    public const string FrameworkNewer = "PLG041";
    public const string SdkShipped = "PLG042";
    public const string SharedShipped = "PLG043";
    public const string SdkMember = "PLG044";
    public const string GatewayReference = "PLG045";
    public const string PrivateMember = "PLG046";
    public const string PrivateOlder = "PLG047";
    public const string FrameworkMember = "PLG048";

    public const string NativeMissing = "PLG050";
    public const string NativeForeign = "PLG051";

    public const string SchemaMissing = "PLG060";
    public const string SchemaInvalid = "PLG061";
    public const string SchemaLacks = "PLG062";
    public const string SchemaSurplus = "PLG063";
    public const string SettingsMissing = "PLG064";
    public const string AuditRule = "PLG065";

    public const string NameTaken = "PLG070";
    public const string IdTaken = "PLG071";

    public const string UsesEnvironment = "PLG080";
    public const string UsesNetwork = "PLG081";
    public const string UsesFiles = "PLG082";

    public const string StaticConstructor = "PLG090";
    public const string EndsProcess = "PLG091";
    public const string NativeCalls = "PLG092";

    public const string RunFailed = "PLG100";
    public const string RunCrashed = "PLG101";
    public const string RunHung = "PLG102";
    public const string RunExited = "PLG103";

    public const string ProgramMissing = "PLG110";
    public const string ProgramNotExecutable = "PLG111";
    public const string ProgramForeign = "PLG112";
    public const string ScriptMissing = "PLG113";
    public const string NeedsNothing = "PLG114";
}
