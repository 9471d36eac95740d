# ruff: noqa: D100, E702, I002, RUF100
# fmt: off
import fastcnn as fc
from fastcnn import layers, models

(x, y), (x_test, y_test) = fc.datasets.mnist.load_data()       # uint8, (N, 28, 28); real MNIST
x, x_test = x[..., None] / 255.0, x_test[..., None] / 255.0

model = models.Sequential()
model.add(layers.Conv2D(32, (3, 3), activation="relu", input_shape=(28, 28, 1)))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(64, (3, 3), activation="relu"))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(64, (3, 3), activation="relu"))
model.add(layers.Flatten())
model.add(layers.Dense(64, activation="relu"))
model.add(layers.Dense(10, activation="softmax"))

model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=10, batch_size=128, validation_data=(x_test, y_test))
model.evaluate(x_test, y_test); model.predict(x_test); model.summary()
model.save("mnist.fcnn"); model = models.load_model("mnist.fcnn")
