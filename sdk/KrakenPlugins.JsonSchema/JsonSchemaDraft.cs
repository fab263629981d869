namespace KrakenPlugins.JsonSchema;

/// <summary>A published version of JSON Schema.</summary>
public enum JsonSchemaDraft
{
    /// <summary>draft-zyp-json-schema-04 (2013).</summary>
    Draft4 = 4,
    /// <summary>draft-wright-json-schema-01 (2017).</summary>
    Draft6 = 6,
    /// <summary>draft-handrews-json-schema-01 (2018).</summary>
    Draft7 = 7,
    /// <summary>draft-handrews-json-schema-02 (2019-09).</summary>
    Draft201909 = 8,
    /// <summary>draft-bhutton-json-schema-01 (2020-12).</summary>
    Draft202012 = 9,
}

/// <summary>When <c>format</c> rejects a value instead of only describing it.</summary>
public enum JsonSchemaFormats
{
    /// <summary>Never, unless the schema's own metaschema requires it by <c>$vocabulary</c>.</summary>
    Annotation,
    /// <summary>In schemas of drafts 4, 6 and 7, and where the metaschema requires it.</summary>
    AssertionUpToDraft7,
    /// <summary>In every schema.</summary>
    Assertion,
}
