namespace Gateway.Admin;

/// <summary>The admin listener cannot be had as it is asked for; the message is for the operator.</summary>
internal sealed class AdminException(string message) : Exception(message);
