// Who may do what with a file, said so that a person can mend it.
#include "app/doctor/access.hpp"

#include "unit/app/configuration_support.hpp"

#include <gmock/gmock.h>

#include <sys/stat.h>
#include <unistd.h>

namespace busbar::app::doctor {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Ids that have no name anywhere.
constexpr uid_t somebody = 70001;
constexpr gid_t somebodys = 70002;
constexpr gid_t serial_users = 70003;

Identity user(std::vector<gid_t> groups = {}) { return {somebody, somebodys, std::move(groups)}; }

TEST(Access, OwnerGroupAndOthersEachHaveTheirRights) {
  const Ownership file{somebody, serial_users, 0640};
  EXPECT_TRUE(allows(file, user(), read | write));
  EXPECT_FALSE(allows(file, user(), enter));
  const Identity member{1, 1, {serial_users}};
  EXPECT_TRUE(allows(file, member, read));
  EXPECT_FALSE(allows(file, member, write));
  const Identity stranger{1, 1, {}};
  EXPECT_FALSE(allows(file, stranger, read));
  EXPECT_TRUE(allows(Ownership{somebody, serial_users, 0604}, stranger, read));
}

TEST(Access, TheFirstClassThatFitsDecides) {
  // As the kernel does: an owner without rights is not helped by those of others.
  EXPECT_FALSE(allows({somebody, serial_users, 0077}, user(), read));
  EXPECT_FALSE(allows({1, serial_users, 0707}, user({serial_users}), read));
}

TEST(Access, APrimaryGroupCountsAsMuchAsAnother) {
  EXPECT_TRUE(allows({0, somebodys, 0060}, user(), read | write));
  EXPECT_TRUE(user().member_of(somebodys));
  EXPECT_FALSE(user().member_of(serial_users));
  EXPECT_TRUE(user({1, serial_users}).member_of(serial_users));
}

TEST(Access, RootMayDoEverything) {
  const Identity root{0, 0, {}};
  EXPECT_TRUE(allows({somebody, somebodys, 0}, root, read | write | enter));
}

TEST(Access, ItsOwnIdentityIsThatOfTheProcess) {
  const auto me = Identity::of_process();
  EXPECT_EQ(me.user, ::geteuid());
  EXPECT_EQ(me.group, ::getegid());
  EXPECT_TRUE(me.member_of(::getegid()));
  EXPECT_TRUE(me.is_self);
}

TEST(Access, KnowsWhoOwnsAFile) {
  const test::TemporaryDirectory directory;
  const auto path = directory.write("file", "");
  ASSERT_EQ(::chmod(path.c_str(), 0604), 0);
  const auto ownership = Ownership::of(path);
  ASSERT_TRUE(ownership);
  EXPECT_EQ(ownership->user, ::geteuid());
  EXPECT_EQ(ownership->mode, 0604U);
  EXPECT_FALSE(Ownership::of(directory.path("missing")));
}

TEST(Access, AsksTheKernelAboutThisProcessAndTheModeAboutOthers) {
  const test::TemporaryDirectory directory;
  const auto path = directory.write("file", "");
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  const Ownership looks_closed{somebody, somebodys, 0};
  EXPECT_TRUE(permits(path, looks_closed, Identity::of_process(), read | write))
      << "an access control list may allow what the mode does not";
  EXPECT_FALSE(permits(path, looks_closed, {1, 1, {}}, read));
  EXPECT_FALSE(permits(directory.path("missing"), looks_closed, Identity::of_process(), read));
}

TEST(Access, FindsTheDirectoryThatBlocksTheWay) {
  const test::TemporaryDirectory directory;
  std::filesystem::create_directories(directory.path("open/closed/inner"));
  ASSERT_EQ(::chmod(directory.path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(directory.path("open/closed").c_str(), 0700), 0);
  const Identity stranger{somebody, somebodys, {}};
  EXPECT_EQ(blocked_at(directory.path("open/closed/inner/file"), stranger), directory.path("open/closed"));
  EXPECT_EQ(blocked_at(directory.path("open/file"), stranger), "");
  EXPECT_EQ(blocked_at(directory.path("open/closed"), stranger), "")
      << "what the last directory is like matters to those who use it";
}

TEST(Access, NamesOwnerGroupAndModeAgainstOnesOwnIds) {
  const auto text = describe({0, serial_users, 0660}, user({44444}));
  EXPECT_EQ(
      text,
      "belongs to user root (0), group 70003, mode 0660; this is user 70001 in the groups 70002, 44444");
}

TEST(Access, NamesAGroupOnce) {
  EXPECT_EQ(group_list(user({somebodys, serial_users, somebodys})), "70002, 70003");
  EXPECT_EQ(group_list({0, 0, {}}), "root (0)");
}

TEST(Access, NamesWhatHasNoNameByItsNumber) {
  EXPECT_EQ(user_name(0), "root");
  EXPECT_EQ(user_name(somebody), "70001");
  EXPECT_EQ(group_name(0), "root");
  EXPECT_EQ(group_name(serial_users), "70003");
}

TEST(Cure, IsTheGroupWhereTheGroupHasTheRights) {
  const auto text = cure("/dev/ttyUSB0", {0, serial_users, 0660}, user(), read | write);
  EXPECT_THAT(text, AllOf(HasSubstr("sudo usermod -aG 70003 70001"), HasSubstr("next login"),
                          HasSubstr("SupplementaryGroups=70003")));
  EXPECT_THAT(text, Not(HasSubstr("chmod")));
}

TEST(Cure, IsChmodForOnesOwnFile) {
  EXPECT_EQ(cure("/srv/x", {somebody, serial_users, 0400}, user(), read | write), "chmod u+rw /srv/x");
}

TEST(Cure, IsChmodForTheGroupOneIsIn) {
  EXPECT_EQ(cure("/srv/x", {0, serial_users, 0700}, user({serial_users}), read | enter),
            "sudo chmod g+rx /srv/x");
}

TEST(Cure, NeverPutsAUserIntoTheGroupOfRoot) {
  const auto text = cure("/etc/busbar.yaml", {0, 0, 0660}, user(), read);
  EXPECT_EQ(text, "sudo chgrp 70002 /etc/busbar.yaml && sudo chmod g+r /etc/busbar.yaml");
}

TEST(Cure, GivesAFileToOnesGroupWhereNoGroupHasTheRights) {
  EXPECT_EQ(cure("/srv/x", {0, serial_users, 0600}, user(), read | write),
            "sudo chgrp 70002 /srv/x && sudo chmod g+rw /srv/x");
}

}  // namespace
}  // namespace busbar::app::doctor
