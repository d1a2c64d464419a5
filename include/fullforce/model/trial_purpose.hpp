#pragma once
#include "fullforce/base/random.hpp"
#include "fullforce/model/task.hpp"

namespace fullforce {

/// The purpose of the random draws that decide a trial of this kind.
constexpr Purpose trial_purpose(TrialKind kind) {
  switch (kind) {
    case TrialKind::init:
      return Purpose::init_trial;
    case TrialKind::training:
      return Purpose::training_trial;
    case TrialKind::test_init:
      return Purpose::test_init_trial;
    case TrialKind::test:
      break;
  }
  return Purpose::test_trial;
}

}  // namespace fullforce
