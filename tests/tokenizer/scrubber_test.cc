#include "tokenizer/scrub/scrubber.h"

#include <gmock/gmock.h>

#include <chrono>

#include "base/error.h"

namespace weft {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;
using Lines = std::vector<std::string>;

Scrubber with_names(const Lines& names) {
  NameList list;
  for (const std::string& name : names) EXPECT_TRUE(list.add(name)) << name;
  return Scrubber(list);
}

std::string scrubbed(const std::string& text, const Scrubber& scrubber = Scrubber()) {
  LinesBefore none;
  return scrubber(text, none);
}

/// One line after the other.
Lines scrubbed(const Lines& lines) {
  const Scrubber scrubber;
  LinesBefore before;
  Lines result;
  for (const std::string& line : lines) result.push_back(scrubber(line, before));
  return result;
}

struct Case {
  const char* text;
  const char* scrubbed;
};

void expect_scrubbed(const std::vector<Case>& cases, const Scrubber& scrubber = Scrubber()) {
  for (const Case& each : cases) {
    EXPECT_EQ(scrubbed(each.text, scrubber), each.scrubbed);
    EXPECT_EQ(scrubbed(each.scrubbed, scrubber), each.scrubbed) << "again";
  }
}

void expect_kept(const Lines& texts) {
  for (const std::string& text : texts) EXPECT_EQ(scrubbed(text), text);
}

TEST(Scrubber, EmailAddresses) {
  expect_scrubbed({
      {"Write to anna@example.com.", "Write to ⟨email⟩."},
      {"(anna.b+news@mail.example.co.uk)", "(⟨email⟩)"},
      {"'o'brien@x-y.ie', please", "'⟨email⟩', please"},
      {"mailto:a_b%c@example.org?", "mailto:⟨email⟩?"},
      {"grüße@müller.de, почта@пример.рф", "⟨email⟩, ⟨email⟩"},
  });
  expect_kept({"meet me @ noon", "@anna wrote", "a@b", "5 @ 3.50", "x@ y.z"});
}

TEST(Scrubber, Urls) {
  expect_scrubbed({
      {"See https://example.com/a?b=c#d.", "See ⟨url⟩."},
      {"(http://x.y/z), www.example.com!", "(⟨url⟩), ⟨url⟩!"},
      {"HTTPS://EXAMPLE.COM", "⟨url⟩"},
      {"docs.example.co.uk/path/to is it", "⟨url⟩ is it"},
      {"en.wikipedia.org/wiki/Weft_(weaving)", "⟨url⟩"},
      {"http://user:secret@example.com/", "⟨url⟩"},
      {"example.com:8080/x", "⟨url⟩"},
  });
  expect_kept({"example.com", "Node.js", "and/or", "This is it.So what", "e.g./i.e.", "www.",
               "readme.md/x", "http://"});
}

TEST(Scrubber, CardNumbers) {
  expect_scrubbed({
      {"My card is 4111 1111 1111 1111.", "My card is ⟨card⟩."},
      {"4111-1111-1111-1111 12/26 123", "⟨card⟩ 12/26 123"},
      {"378282246310005, 5555555555554444", "⟨card⟩, ⟨card⟩"},
      {"4111 1111 1111 1112", "⟨account⟩"},  // the checksum is wrong
      {"４１１１１１１１１１１１１１１１", "⟨card⟩"},
  });
}

TEST(Scrubber, AccountNumbers) {
  expect_scrubbed({
      {"IBAN DE89 3704 0044 0532 0130 00, BIC COBADEFF", "IBAN ⟨account⟩, BIC COBADEFF"},
      {"GB82WEST12345698765432 is mine", "⟨account⟩ is mine"},
      {"fr14 2004 1010 0505 0001 3m02 606.", "⟨account⟩."},
      {"The code is 281 265 017", "The code is ⟨account⟩"},
      {"no. 1234567", "no. ⟨account⟩"},
      {"SSN 123-45-6789", "SSN ⟨account⟩"},
      {"tax id 12 345 678 901", "tax id ⟨account⟩"},
      {"12-34-56 12345678", "⟨account⟩"},
      {"12345678-9", "⟨account⟩-9"},
      {"AB1234567", "AB⟨account⟩"},
      {"حساب ١٢٣٤٥٦٧٨٩", "حساب ⟨account⟩"},
  });
}

TEST(Scrubber, TelephoneNumbers) {
  expect_scrubbed({
      {"Call +49 30 1234567.", "Call ⟨phone⟩."},
      {"+49 (0)30 / 12345-67", "⟨phone⟩"},
      {"(+44) 20 7946 0958", "⟨phone⟩"},
      {"+1 (555) 123-4567 or (555) 123-4567", "⟨phone⟩ or ⟨phone⟩"},
      {"tel:+15551234567", "tel:⟨phone⟩"},
      {"0049 30 1234567", "⟨phone⟩"},
      {"030/1234567, 030 - 1234567", "⟨phone⟩, ⟨phone⟩"},
      {"0171-1234567 or 01711234567", "⟨phone⟩ or ⟨phone⟩"},
      {"01.23.45.67.89 or 06 12 34 56 78", "⟨phone⟩ or ⟨phone⟩"},
      {"555-0199, 212-555-0199, 1-212-555-0199", "⟨phone⟩, ⟨phone⟩, ⟨phone⟩"},
      {"555.123.4567", "⟨phone⟩"},
      {"12 34 56 78", "⟨phone⟩"},
      {"(call 030 1234567)", "(call ⟨phone⟩)"},
      {"(030 1234567)", "(⟨phone⟩)"},
      // What stands behind made amounts of them.
      {"+49 30 1234567 Europe office", "⟨phone⟩ Europe office"},
      {"030 1234567 Euro-Center, 0171 2345678 € 20", "⟨phone⟩ Euro-Center, ⟨phone⟩ € 20"},
      {"(212) 555-0199 people", "⟨phone⟩ people"},
  });
}

TEST(Scrubber, NumbersOfNobody) {
  expect_kept({"in 1998, from 2019-2024, 1998–2004, 2019 - 2024, 2019 2020 2021",
               "2024-03-12, 12.03.2024, 12. 3. 2024, 3/12/2024, 20240312",
               "12.03.2024 10:30, 2024-03-12T10:30:00, 10:30:15 to 12:45",
               "$1,234,567.89 and 1.234.567,89 and 12,000,000 and 1234567.89",
               "€ 12345678, 12345678 €, 12345678 EUR, $ 1234567, 1 200 000 people, 1234567 euros",
               "+1 500 000 EUR, +2 500 000 €", "1000000 or 2500000 of them",
               "12 345 678 and 100 000 000", "3.14159265", "0.12345678", "192.168.100.200",
               "version 10.0.19045.3324", "10 20 30, 1 2 3 4 5 6 7 8 9 10", "100%, 5 to 7, 123456",
               "ISBN 978-3-16-148410-0", "12:30-14:30"});
}

TEST(Scrubber, NamesBehindASalutationOrTitle) {
  expect_scrubbed({
      {"hi Anna, hello Bob Stone", "hi ⟨name⟩, hello ⟨name⟩"},
      {"Dear Anna,", "Dear ⟨name⟩,"},
      {"Dear Anna Dear Anna", "Dear ⟨name⟩ Dear ⟨name⟩"},
      {"Dear გიორგი,", "Dear ⟨name⟩,"},
      {"Hi Anna and Peter, thanks", "Hi ⟨name⟩ and ⟨name⟩, thanks"},
      {"Hello, Jean-Luc O'Brien!", "Hello, ⟨name⟩!"},
      {"Dear Mr. Smith and Mrs. Jones", "Dear Mr. ⟨name⟩ and Mrs. ⟨name⟩"},
      {"Dear Dr. Anna B. Schmidt,", "Dear Dr. ⟨name⟩,"},
      {"DEAR ANNA", "DEAR ⟨name⟩"},
      {"Good morning Anna,", "Good morning ⟨name⟩,"},
      {"Mr Smith's car", "Mr ⟨name⟩'s car"},
      {"Dr. J.R.R. Tolkien wrote", "Dr. ⟨name⟩ wrote"},
      {"I met Dr. van der Berg today", "I met Dr. ⟨name⟩ today"},
      {"Hallo Jürgen, Bonjour Éloïse, Hola Iñaki", "Hallo ⟨name⟩, Bonjour ⟨name⟩, Hola ⟨name⟩"},
      {"Dear Łukasz, Dear Žofia, Dear Ægir", "Dear ⟨name⟩, Dear ⟨name⟩, Dear ⟨name⟩"},
      {"Dear Наталья, Dear Γιώργος, Dear Արամ", "Dear ⟨name⟩, Dear ⟨name⟩, Dear ⟨name⟩"},
      {"Dear 王小明, Mr. 田中", "Dear ⟨name⟩, Mr. ⟨name⟩"},
      {"Dear محمد, Dear राजेश,", "Dear ⟨name⟩, Dear ⟨name⟩,"},
      {"Frau Müller und Herrn Özdemir", "Frau ⟨name⟩ und Herrn ⟨name⟩"},
  });
  expect_kept({"Dear Sir or Madam,", "Dear All,", "DEAR SIR,", "Hi there", "Hi The meeting",
               "Hello World", "oh dear Anna", "Dear friends", "Hiring Anna", "Hi I am here",
               "Drew Barrymore", "Miss you", "Dear Team, Hello again"});
}

TEST(Scrubber, NamesUnderAClosing) {
  expect_scrubbed({
      {"See you. Best regards, Anna Schmidt", "See you. Best regards, ⟨name⟩"},
      {"Thanks, Anna", "Thanks, ⟨name⟩"},
      {"Thank you, Peter. See you", "Thank you, ⟨name⟩. See you"},
      {"Best, Anna", "Best, ⟨name⟩"},
      {"Kind regards Anna", "Kind regards ⟨name⟩"},
      {"Cheers - Anna", "Cheers - ⟨name⟩"},
      {"Thanks again, Tom & Lisa", "Thanks again, ⟨name⟩ & ⟨name⟩"},
  });
  expect_kept({"Thanks, I will", "Thanks for Monday", "Best Western", "Thanks, Monday is fine",
               "With regards to Germany we", "Thank you"});
  EXPECT_EQ(scrubbed(Lines{"Best regards,", "", "Anna Schmidt", "Anna Schmidt"}),
            (Lines{"Best regards,", "", "⟨name⟩", "Anna Schmidt"}));
  EXPECT_EQ(scrubbed(Lines{"Thanks,", "Could you come?", "Thanks!", "- Anna", "Love", "Max"}),
            (Lines{"Thanks,", "Could you come?", "Thanks!", "- ⟨name⟩", "Love", "Max"}));
  EXPECT_EQ(scrubbed(Lines{"Best regards,", "Germany has won"}),
            (Lines{"Best regards,", "Germany has won"}));
}

TEST(Scrubber, NamesOfAList) {
  const Scrubber scrubber = with_names({"Anna", "Grace Hopper", "O'Brien", "王小明", "name"});
  expect_scrubbed({{"Anna, Anna's and Annabel", "⟨name⟩, ⟨name⟩'s and Annabel"},
                   {"anna and ANNA", "anna and ⟨name⟩"},
                   {"GRACE HOPPER, GRACE", "⟨name⟩, GRACE"},
                   {"Grace Hopper, Grace", "⟨name⟩, Grace"},
                   {"I saw O’Brien.", "I saw ⟨name⟩."},
                   {"我认识王小明先生", "我认识⟨name⟩先生"},
                   {"Anna O'Brien", "⟨name⟩"},
                   {"a.b@c.de", "⟨email⟩"},
                   {"Dear Anna Smith", "Dear ⟨name⟩"}},
                  scrubber);
}

TEST(Scrubber, WhatIsNoName) {
  NameList list;
  for (const char* text : {"", " ", "123", "--", "a b c d e f g h i j k l m n o p q"})
    EXPECT_FALSE(list.add(text)) << text;
  EXPECT_EQ(list.size(), 0u);
}

TEST(Scrubber, RidesInAFile) {
  const Scrubber scrubber = with_names({"Zoë", "Anna", "Grace Hopper"});
  const std::string bytes = scrubber.serialize();
  EXPECT_EQ(bytes.find("Anna"), std::string::npos);
  const Scrubber again = Scrubber::deserialize(bytes, "m.weft");
  EXPECT_EQ(again.serialize(), bytes);
  EXPECT_EQ(scrubbed("Zoë saw Grace Hopper", again), "⟨name⟩ saw ⟨name⟩");
  EXPECT_EQ(with_names({"Grace Hopper", "Anna", "Zoë"}).serialize(), bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THROW(Scrubber::deserialize(bytes.substr(0, size), "m.weft"), FormatError);
  EXPECT_THAT([&] { Scrubber::deserialize('\7' + bytes.substr(1), "m.weft"); },
              ThrowsMessage<FormatError>(HasSubstr("rules of version")));
}

// What would take hours if an expression went back over what it has read.
TEST(Scrubber, HostileLinesTakeNoTime) {
  const auto repeated = [](const std::string& part) {
    std::string text;
    while (text.size() < 100'000) text += part;
    return text;
  };
  Lines hostile;
  for (const char* part : {"a",
                           "a.",
                           "a@",
                           "a@a",
                           "a-",
                           "1",
                           "1 ",
                           "1-",
                           "1.",
                           "1/",
                           "(",
                           "(1",
                           "+",
                           "+1",
                           "(+",
                           "ab12",
                           "DE89",
                           "DE89 ",
                           "4111 1111 1111 1111 ",
                           "Dear ",
                           "Dear Anna ",
                           "Anna ",
                           "A. ",
                           "von ",
                           "O'",
                           "Thanks,",
                           "Thanks ",
                           "http://",
                           "www.",
                           "com/",
                           "a.com",
                           "⟨",
                           "⟨name⟩",
                           "é",
                           "王",
                           "12.",
                           "12:",
                           "1,",
                           "1,000",
                           "2024-",
                           "\u0301",
                           " ",
                           "- ",
                           "Anna-"})
    hostile.push_back(repeated(part));
  hostile.push_back("x@" + repeated("a"));
  hostile.push_back("x@" + repeated("a."));
  hostile.push_back("Dear " + repeated("A"));
  hostile.push_back(repeated("a") + "@example.com");
  hostile.push_back("http://" + repeated(")"));
  const Scrubber scrubber = with_names({"Anna", "A A A A A A A A A A A A A A A B"});
  for (const std::string& text : hostile) {
    const auto begin = std::chrono::steady_clock::now();
    scrubbed(text, scrubber);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(seconds.count(), 2) << text.substr(0, 20);
  }
}

// What would need more memory than there is if an expression kept a note of each character.
TEST(Scrubber, VastLinesAreScrubbedToo) {
  constexpr std::size_t kVast = 2'000'000;
  const std::string letters(kVast, 'a');
  const Scrubber scrubber;
  EXPECT_EQ(scrubbed("http://" + letters + " x", scrubber), "⟨url⟩ x");
  EXPECT_EQ(scrubbed("www." + letters, scrubber), "⟨url⟩");
  EXPECT_EQ(scrubbed("a.com/" + letters, scrubber), "⟨url⟩");
  EXPECT_EQ(scrubbed(letters + "@b.de", scrubber), "⟨email⟩");
  EXPECT_EQ(scrubbed("a@b." + letters, scrubber), "⟨email⟩");
  EXPECT_EQ(scrubbed("a@" + letters, scrubber), "a@" + letters);
  EXPECT_EQ(scrubbed("Dear A" + letters + ",", scrubber), "Dear ⟨name⟩,");
  EXPECT_EQ(scrubbed(std::string(kVast, '1'), scrubber), "⟨account⟩");
}

TEST(Placeholders, StandApart) {
  EXPECT_EQ(set_placeholders_apart("AB⟨account⟩x ⟨name⟩'s", false), "AB ⟨account⟩ x ⟨name⟩'s");
  EXPECT_EQ(set_placeholders_apart("(⟨name⟩), é⟨url⟩⟨url⟩", false), "(⟨name⟩), é ⟨url⟩ ⟨url⟩");
  EXPECT_EQ(set_placeholders_apart("(⟨name⟩), ⟨x⟩", true), "( ⟨name⟩ ), ⟨x⟩");
  EXPECT_EQ(placeholders_in("⟨name⟩ ⟨x⟩ ⟨url⟩⟨"), (Lines{"⟨name⟩", "⟨url⟩"}));
}

}  // namespace
}  // namespace weft
