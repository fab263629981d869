using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Quota.Counting;

/// <summary>
/// The script that decides: all windows of a rule are checked and consumed together, on the clock of the Redis server (TRF-149 to TRF-154). It works on
/// every server from Redis 5 on.
/// <para>
/// The hash of a client has a field per window, named as TRF-151 says, and the field <c>t</c>: the second of the last count in Unix time. A field whose
/// window does not hold that second is of another occurrence and counts as absent; whoever counts removes all fields that are not of a current
/// window. A hash without <c>t</c> is of another gateway, whose fields are taken as they are.
/// </para>
/// </summary>
/// <remarks>
/// <c>KEYS[1]</c> is the hash. <c>ARGV</c>: what to do (<c>take</c> or <c>charge</c>), the weight, then letter and amount of each limit. The reply is a
/// list: 1 or 0 for allowed, the server's second and microsecond, then what is counted for each limit.
/// </remarks>
internal static class QuotaScript
{
    /// <summary>Charges and asks for room.</summary>
    public const string Take = "take";

    /// <summary>Charges.</summary>
    public const string Charge = "charge";

    /// <summary>The current window of each letter: field, first second, first second behind it.</summary>
    public const string Calendar = """
        local function january(year)
          local y = year - 1970
          return 365 * y + math.floor((y + 1) / 4) - math.floor((y + 69) / 100) + math.floor((y + 369) / 400)
        end
        local function calendar(now)
          local day = math.floor(now / 86400)
          local year = 1970 + math.floor(day / 365.2425)
          while january(year) > day do year = year - 1 end
          while january(year + 1) <= day do year = year + 1 end
          local leap = january(year + 1) - january(year) - 365
          local lengths = {31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
          local month, first = 1, january(year)
          while first + lengths[month] <= day do
            first = first + lengths[month]
            month = month + 1
          end
          local monday = day - (day + 3) % 7
          local thursday = monday + 3
          local weeks = year
          if thursday < january(year) then weeks = year - 1 elseif thursday >= january(year + 1) then weeks = year + 1 end
          local week = math.floor((thursday - january(weeks)) / 7) + 1
          local second, minute, hour = now, now - now % 60, now - now % 3600
          return {
            s = {'s' .. string.format('%d', now % 60), second, second + 1},
            i = {'i' .. string.format('%d', math.floor(now / 60) % 60), minute, minute + 60},
            h = {'h' .. string.format('%d', math.floor(now / 3600) % 24), hour, hour + 3600},
            d = {'d' .. string.format('%d', day - first + 1), day * 86400, (day + 1) * 86400},
            w = {'w' .. string.format('%d', week), monday * 86400, (monday + 7) * 86400},
            m = {'m' .. string.format('%d', month), first * 86400, (first + lengths[month]) * 86400},
            y = {'y' .. string.format('%04d', year), january(year) * 86400, january(year + 1) * 86400},
          }
        end

        """;

    private const string Decision = """
        local key, charges, weight = KEYS[1], ARGV[1] == 'charge', tonumber(ARGV[2])
        local clock = CLOCK
        local now = tonumber(clock[1])
        local windows = calendar(now)

        local counts, last = {}, now
        local held = redis.call('HGETALL', key)
        for n = 1, #held, 2 do
          if held[n] == 't' then last = tonumber(held[n + 1]) or now else counts[held[n]] = held[n + 1] end
        end
        for field in pairs(counts) do
          local window = string.match(field, '^%a%d+$') and windows[string.sub(field, 1, 1)]
          if window and (window[1] ~= field or window[2] > last or window[3] <= last) then counts[field] = false end
        end

        local reply, allowed = {1, clock[1], clock[2]}, true
        for n = 3, #ARGV, 2 do
          local used, amount = tonumber(counts[windows[ARGV[n]][1]] or 0) or 0, tonumber(ARGV[n + 1])
          if used + weight > amount or (weight == 0 and used >= amount) then allowed = false end
          reply[#reply + 1] = used
        end

        local function text(number)
          return number % 1 == 0 and string.format('%.0f', number) or string.format('%.15g', number)
        end
        if weight > 0 and (allowed or charges) then
          local stop = 0
          for field, value in pairs(counts) do
            local window = windows[string.sub(field, 1, 1)]
            if value == false then redis.call('HDEL', key, field)
            elseif window and window[1] == field then stop = math.max(stop, window[3]) end
          end
          for n = 3, #ARGV, 2 do
            local window, place = windows[ARGV[n]], 4 + (n - 3) / 2
            reply[place] = reply[place] + weight
            redis.call('HSET', key, window[1], text(reply[place]))
            stop = math.max(stop, window[3])
          end
          redis.call('HSET', key, 't', clock[1])
          redis.call('EXPIREAT', key, string.format('%d', stop))
        end
        for n = 4, #reply do reply[n] = text(reply[n]) end
        reply[1] = allowed and 1 or 0
        return reply
        """;

    /// <summary>The script.</summary>
    public static RedisScript Shared { get; } = new(Text("redis.call('TIME')"));

    /// <summary>Its text with another clock: an expression that gives seconds and microseconds.</summary>
    public static string Text(string clock) => Calendar + Decision.Replace("CLOCK", clock, StringComparison.Ordinal);
}
