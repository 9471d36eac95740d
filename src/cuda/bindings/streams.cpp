#include "cuda/bindings/streams.h"

#include <memory>

namespace py = pybind11;

namespace fastcnn::bindings {

void register_streams(py::module_& module) {
  using cuda::Event;
  using cuda::Stream;
  py::class_<Stream>(module, "Stream", py::module_local(), "A stream, which waits for no other.")
      .def(py::init<>())
      .def_property_readonly("ptr", [](const Stream& stream) { return number_of(stream.get()); })
      .def("synchronize", &Stream::synchronize, py::call_guard<py::gil_scoped_release>());
  py::class_<Event, std::shared_ptr<Event>>(module, "Event", py::module_local(),
                                            "What is in a stream now.")
      .def(py::init([](std::uintptr_t stream) {
             auto event = std::make_shared<Event>();
             event->record(stream_of(stream));
             return event;
           }),
           py::arg("stream"))
      .def("reached", &Event::reached, "Whether the device is done with it.");
}

}  // namespace fastcnn::bindings
