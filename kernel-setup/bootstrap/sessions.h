// Compiled into tfjs-node's binding, ahead of each of its files: it changes two of the calls by which the binding uses
// TensorFlow's sessions.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "tensorflow/c/c_api.h"

// The binding runs every SavedModel in a session with TensorFlow's default options. One with a file
// `assets.extra/session_config.pb`, a serialized tensorflow.ConfigProto, gets a session with that configuration: its
// own number of threads, for example.
inline TF_Session* LoadConfiguredSession(const TF_SessionOptions* defaults, const TF_Buffer* run_options,
                                         const char* export_dir, const char* const* tags, int tags_count,
                                         TF_Graph* graph, TF_Buffer* meta_graph, TF_Status* status) {
  const std::string path = std::string(export_dir) + "/assets.extra/session_config.pb";
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return TF_LoadSessionFromSavedModel(defaults, run_options, export_dir, tags, tags_count, graph, meta_graph, status);
  }
  const std::string config((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  TF_SessionOptions* options = TF_NewSessionOptions();
  TF_SetConfig(options, config.data(), config.size(), status);
  TF_Session* session = nullptr;
  if (TF_GetCode(status) == TF_OK) {
    session =
        TF_LoadSessionFromSavedModel(options, run_options, export_dir, tags, tags_count, graph, meta_graph, status);
  } else {
    const std::string reason = path + " was refused: " + TF_Message(status);
    TF_SetStatus(status, TF_INVALID_ARGUMENT, reason.c_str());
  }
  TF_DeleteSessionOptions(options);
  return session;
}

// When a run fails, the binding returns without freeing the inputs, and their memory would never come back.
inline void RunSession(TF_Session* session, const TF_Buffer* run_options, const TF_Output* inputs,
                       TF_Tensor* const* input_values, int inputs_count, const TF_Output* outputs,
                       TF_Tensor** output_values, int outputs_count, const TF_Operation* const* targets,
                       int targets_count, TF_Buffer* run_metadata, TF_Status* status) {
  TF_SessionRun(session, run_options, inputs, input_values, inputs_count, outputs, output_values, outputs_count,
                targets, targets_count, run_metadata, status);
  if (TF_GetCode(status) == TF_OK) return;
  for (int i = 0; i < inputs_count; i++) TF_DeleteTensor(input_values[i]);
}

#define TF_LoadSessionFromSavedModel LoadConfiguredSession
#define TF_SessionRun RunSession
