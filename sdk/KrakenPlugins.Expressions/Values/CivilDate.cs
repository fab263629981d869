namespace KrakenPlugins.Expressions.Values;

/// <summary>A moment in the proleptic Gregorian calendar. Reaches beyond the years of <see cref="DateTime"/>, as a zone's offset may.</summary>
internal readonly record struct CivilDate(int Year, int Month, int Day, int DayOfWeek, int DayOfYear, int Hour, int Minute, int Second)
{
    private const int SecondsPerDay = 86400;

    /// <summary>The date of a number of seconds since 1970-01-01T00:00:00 of the same zone.</summary>
    public static CivilDate Of(long seconds)
    {
        var days = Math.DivRem(seconds, SecondsPerDay, out var rest);
        if (rest < 0)
        {
            days--;
            rest += SecondsPerDay;
        }
        // Eras of 400 years that begin on a first of March, so that the leap day is the last of its year.
        var shifted = days + 719468;
        var era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
        var dayOfEra = (int)(shifted - era * 146097);
        var yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
        var dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        var month = (5 * dayOfYear + 2) / 153;
        var day = dayOfYear - (153 * month + 2) / 5 + 1;
        month = month < 10 ? month + 3 : month - 9;
        var year = (int)(yearOfEra + era * 400) + (month <= 2 ? 1 : 0);
        var weekday = (int)((days % 7 + 11) % 7);
        var second = (int)rest;
        return new(year, month, day, weekday, OrdinalDay(year, month, day), second / 3600, second / 60 % 60, second % 60);
    }

    private static int OrdinalDay(int year, int month, int day)
    {
        var isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        return (367 * month - 362) / 12 + (month <= 2 ? 0 : isLeap ? -1 : -2) + day - 1;
    }
}
