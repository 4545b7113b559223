// image_date_test.cpp - dates as people write them.
#include "image/date.hpp"
#include "support.hpp"

using namespace bell;
using image::date;
using image::parse_date;

TEST_CASE("a date is RFC 3339, and comes back") {
    CHECK(date(0) == "1970-01-01T00:00:00Z");
    CHECK(date(1'700'000'000) == "2023-11-14T22:13:20Z");
    for (const std::int64_t seconds :
         {std::int64_t{0}, std::int64_t{-1}, std::int64_t{951'782'400}, std::int64_t{4'102'444'800}})
        CHECK(parse_date("--created", date(seconds)) == seconds);
}

TEST_CASE("days, zones and numbers are dates, too") {
    CHECK(parse_date("--created", "2024-05-06") == 1'714'953'600);
    CHECK(parse_date("--created", "2024-05-06T02:00:00+02:00") == 1'714'953'600);
    CHECK(parse_date("--created", "2024-05-05T22:30:00-01:30") == 1'714'953'600);
    CHECK(parse_date("--created", "@12") == 12);
    CHECK(parse_date("--created", "-12") == -12);
}

TEST_CASE("what isn't a date is refused") {
    for (const char* words : {"", "yesterday", "2024-02-30", "2024-13-01", "2024-05-06T", "2024-05-06T07:08:09",
                              "2024-05-06T24:00:00Z", "2024-05-06T07:08:09+2:00", "2024-05-06 07:08:09Z", "12s", "@"}) {
        CAPTURE(words);
        const Error error = test::error_of([&] { (void)parse_date("--created", words); });
        CHECK(test::contains(error.message(), "is not a date"));
    }
}
